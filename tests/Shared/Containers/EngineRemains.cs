using System.Globalization;

namespace Platform.Testing;

/// <summary>Clears away what an engine leaves: processes, mounts, its bridge, its folder. Also of test runs that were killed before they could.</summary>
internal static class EngineRemains
{
    public const string Prefix = "platform-docker-";
    public const string OwnerFile = "owner";
    public const string EngineFile = "dockerd.pid";
    public const string NetworkFile = "network";

    /// <summary>Names of interfaces have at most 15 characters.</summary>
    public static string BridgeOf(string folder) => "plt" + Path.GetFileName(folder)[Prefix.Length..];

    /// <summary>Lets an engine's addresses, all of 10.x, reach each other.</summary>
    public static string[] ForwardingRule(string change, string network) => [change, "FORWARD", "--source", network + ".0.0/16", "--destination", network + ".0.0/16", "--jump", "ACCEPT"];

    /// <summary>Removes what belonged to test runs that live no more.</summary>
    public static async Task SweepAsync()
    {
        foreach (var folder in Directory.GetDirectories("/tmp", Prefix + "*"))
        {
            var owner = Path.Combine(folder, OwnerFile);
            if (File.Exists(owner) && !Directory.Exists("/proc/" + (await File.ReadAllTextAsync(owner)).Trim())) await RemoveAsync(folder);
        }
    }

    public static async Task RemoveAsync(string folder)
    {
        var marker = Path.GetFileName(folder);
        // The engine, its containerd, its shims: all are started with paths in the folder. A shim's containers stand in its id's cgroup.
        var containers = new List<string>();
        foreach (var (processId, arguments) in Processes().Where(p => p.Arguments.Any(a => a.Contains(marker, StringComparison.Ordinal))).ToList())
        {
            if (processId == Environment.ProcessId || !Path.GetFileName(arguments[0]).StartsWith("dockerd", StringComparison.Ordinal) && !Path.GetFileName(arguments[0]).StartsWith("containerd", StringComparison.Ordinal)) continue;
            var id = Array.IndexOf(arguments, "-id");
            if (id >= 0 && id + 1 < arguments.Length) containers.Add(arguments[id + 1]);
            await KillAsync(processId);
        }

        foreach (var processId in containers.SelectMany(InGroup).Distinct().ToList()) await KillAsync(processId);
        foreach (var mount in File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')[1]).Where(m => m.Contains(marker, StringComparison.Ordinal)).Reverse().ToList())
            await Command.TryAsync("umount", ["--lazy", mount]);
        await Command.TryAsync("ip", ["link", "delete", BridgeOf(folder)]);
        var network = Path.Combine(folder, NetworkFile);
        if (File.Exists(network)) await Command.TryAsync("iptables", ForwardingRule("--delete", await File.ReadAllTextAsync(network)));
        // What was just killed may still be writing.
        await Eventually.HoldsAsync(() => TryDelete(folder), $"{folder} is deleted");
    }

    private static async Task KillAsync(int processId) => await Command.TryAsync("kill", ["-KILL", processId.ToString(CultureInfo.InvariantCulture)]);

    private static bool TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<(int ProcessId, string[] Arguments)> Processes()
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var processId)) continue;
            if (Read(Path.Combine(folder, "cmdline")) is { Length: > 0 } line) yield return (processId, line.Split('\0', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    private static IEnumerable<int> InGroup(string container) =>
        Directory.GetDirectories("/sys/fs/cgroup", $"*{container}*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .SelectMany(group => (Read(Path.Combine(group, "cgroup.procs")) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture));

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // Ended meanwhile.
        }
    }
}

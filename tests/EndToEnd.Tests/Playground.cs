using System.Net.NetworkInformation;

namespace Platform.EndToEnd.Tests;

/// <summary>A data folder of its own and what lives on it, seen from outside: through /proc and the kernel's list of listening ports.</summary>
internal sealed class Playground : IDisposable
{
    private readonly HashSet<int> _portsBefore = Listening();

    public string Data { get; } = Directory.CreateTempSubdirectory("platform-e2e-").FullName;

    /// <summary>Replicas whose output goes into this folder, by process id.</summary>
    public IReadOnlyList<int> Replicas() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id > 0 && WritesHere(id))];

    public IReadOnlyList<string> RunFiles() => [.. Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Where(f => f.Contains("/run/") || f.EndsWith(".new", StringComparison.Ordinal))];

    /// <summary>Listening ports that were not there when this began, and that the given process holds.</summary>
    public IReadOnlyList<int> NewPorts() => [.. Listening().Except(_portsBefore)];

    public void Dispose()
    {
        foreach (var id in Replicas())
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            process.Kill();
        }

        Directory.Delete(Data, recursive: true);
    }

    private bool WritesHere(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Contains("PLATFORM_REPLICA=", StringComparison.Ordinal)
                && File.ResolveLinkTarget($"/proc/{id}/fd/1", false)?.FullName.StartsWith(Data + "/", StringComparison.Ordinal) == true;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static HashSet<int> Listening() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(l => l.Port)];
}

using System.Collections;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.CommandLine.Hosting;

/// <summary>A platform in a session of its own: closing the terminal does not end it.</summary>
internal static class BackgroundPlatform
{
    private const int TailLines = 15;

    /// <summary>Starts <c>platform up</c> with the same settings; its output goes to the log file.</summary>
    public static int Start(HostSettings settings, DataFolder folder)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.LogFile)!);
        File.Delete(folder.LogFile);
        List<string> arguments = [Environment.ProcessPath!];
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") arguments.Add(typeof(BackgroundPlatform).Assembly.Location);
        arguments.AddRange(["up", "--data", settings.DataFolder]);
        if (settings.ConfigurationFile is { } file) arguments.AddRange(["--config", Path.GetFullPath(file)]);
        if (settings.FirstPort is { } port) arguments.AddRange(["--ports-from", $"{port}"]);
        if (settings.KeepsApplications) arguments.Add("--keep-applications");
        foreach (var setting in settings.Further) arguments.AddRange(["--set", setting]);
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => $"{v.Key}={v.Value}").ToList();
        return ProcessSpawn.Start(Environment.ProcessPath!, arguments, environment, Directory.GetCurrentDirectory(), folder.LogFile);
    }

    /// <summary>The log's last lines.</summary>
    public static string Tail(string file) =>
        File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(TailLines).Select(line => "  " + line)) : "  (it wrote nothing)";
}

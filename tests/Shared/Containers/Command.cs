using System.Diagnostics;

namespace Platform.Testing;

/// <summary>Runs programs of this machine.</summary>
internal static class Command
{
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>What it wrote to its standard output; an exception with all it wrote if it fails.</summary>
    public static Task<string> RunAsync(string program, params string[] arguments) => RunAsync(program, arguments, new Dictionary<string, string>());

    /// <inheritdoc cref="RunAsync(string, string[])"/>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var (code, output, error) = await EndAsync(program, arguments, environment);
        return code == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}: {output}{error}");
    }

    /// <summary>Whether it ended with 0.</summary>
    public static async Task<bool> TryAsync(string program, IReadOnlyList<string> arguments) => (await EndAsync(program, arguments, new Dictionary<string, string>())).Code == 0;

    private static async Task<(int Code, string Output, string Error)> EndAsync(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}

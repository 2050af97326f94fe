using System.CommandLine;
using Platform.CommandLine.Demo;
using Platform.CommandLine.Load;
using Platform.Contracts.Units;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform demo</c></summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);

    public static Command Create(Cli cli)
    {
        var duration = new Option<string>("--duration") { Description = "How long the day takes, 30s to 1d", DefaultValueFactory = _ => "170s", HelpName = "TIME" };
        var peak = new Option<double>("--peak") { Description = "Requests per second in the busiest quarter of an hour", DefaultValueFactory = _ => 320, HelpName = "RATE" }
            .Between(10, 100_000, "10 to 100,000 requests per second");
        var trace = new Option<string?>("--trace") { Description = "Replay this per-minute CSV instead of the built-in day", HelpName = "FILE" };
        var column = new Option<string?>("--column") { Description = "The CSV's column. Default: the last numeric one", HelpName = "NAME" };
        var seed = new Option<int>("--seed") { Description = "Seed of the arrivals", DefaultValueFactory = _ => 1995 };
        var first = new Option<string?>("--v1") { Description = "The manifest to begin with", HelpName = "FILE" };
        var second = new Option<string?>("--v2") { Description = "The manifest to ship under load", HelpName = "FILE" };
        var third = new Option<string?>("--v3") { Description = "The manifest that is expected to be rolled back", HelpName = "FILE" };
        var keep = new Option<bool>("--keep") { Description = "Leave the platform and the application running until Ctrl-C" };
        var json = new Option<string?>("--json") { Description = "Write the figures to this file too", HelpName = "FILE" };
        var ports = PortOption.Create();
        var command = new DocumentedCommand("demo", "Deploy, watch, scale and roll back a real application under a real day's traffic, in three minutes",
            "platform demo", "platform demo --keep", "platform demo --trace requests.csv --column count --duration 5m", "platform demo --duration 40s --json figures.json")
        {
            duration, peak, trace, column, seed, first, second, third, keep, json, ports,
        };
        cli.Run(command, async (parse, ct) =>
        {
            var samples = new Lazy<string>(SampleFolder.Find);
            string Manifest(Option<string?> option, string revision) => parse.GetValue(option) ?? Path.Combine(samples.Value, $"storefront-{revision}.yaml");
            var options = new DemoOptions
            {
                Duration = Length(parse.GetValue(duration)!),
                Peak = parse.GetValue(peak),
                Day = parse.GetValue(trace) is { } file ? await ReadTraceAsync(file, parse.GetValue(column), ct) : DayTrace.LaunchDay,
                Seed = parse.GetValue(seed),
                First = Manifest(first, "v1"),
                Second = Manifest(second, "v2"),
                Third = Manifest(third, "v3"),
                Keeps = parse.GetValue(keep),
                JsonFile = parse.GetValue(json),
            };
            return await new Demonstration(cli, options).RunAsync(Path.Combine(cli.DataFolder(parse), "demo"), parse.GetValue(ports), ct);
        });
        return command;
    }

    private static TimeSpan Length(string text) => Duration.TryParse(text, out var length) && length >= Shortest && length <= TimeSpan.FromDays(1)
        ? length
        : throw new CommandFailure(ExitCode.Usage, $"--duration: expected 30s to 1d, found '{text}'.", "A shorter day leaves no time for two rollouts.");

    private static async Task<DayTrace> ReadTraceAsync(string file, string? column, CancellationToken ct)
    {
        try
        {
            var result = TraceFile.Parse(Path.GetFileName(file), await File.ReadAllLinesAsync(file, ct), column);
            return result.Trace ?? throw new CommandFailure(ExitCode.Usage, $"--trace: {result.Problem}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Usage, $"--trace: {file} cannot be read: {unreadable.Message}");
        }
    }
}

/// <summary>Where the sample manifests are: beside the binary in an installation, in the repository otherwise.</summary>
internal static class SampleFolder
{
    public static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, "samples");
            if (File.Exists(Path.Combine(candidate, "storefront-v1.yaml"))) return candidate;
        }

        throw new CommandFailure(ExitCode.Unavailable, "The sample application is not part of this installation.", "Clone the repository and run './platform demo' there, or name manifests with --v1, --v2 and --v3.");
    }
}

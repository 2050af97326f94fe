using System.Runtime.InteropServices;
using Platform.Benchmarks;
using Spectre.Console;

return await BenchCommand.RunAsync(args);

/// <summary>Parses <c>NAME [--option value …] [--json FILE]</c>, runs the bench and reports. Exit codes: 0 done and every promise held, 1 one was broken, 64 usage, 130 interrupted.</summary>
internal static class BenchCommand
{
    private const int Usage = 64;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length == 0 || args[0] is "--help" or "-h" or "help") return Help(Console.Out, 0);
        if (Benches.All.FirstOrDefault(b => b.Name == args[0]) is not { } bench)
        {
            await Console.Error.WriteLineAsync($"bench: there is no '{args[0]}'.");
            return Help(Console.Error, Usage);
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        // What a bench has started it also stops when it is asked to end in the other way.
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, asked =>
        {
            asked.Cancel = true;
            stop.Cancel();
        });
        try
        {
            var (options, json, help) = Parse(bench, args[1..]);
            if (help) return Help(bench);
            var result = await bench.RunAsync(new BenchContext(options, Console.Error, stop.Token));
            var console = AnsiConsole.Create(new AnsiConsoleSettings());
            if (Console.IsOutputRedirected) console.Profile.Width = 240;
            BenchReport.Print(console, result);
            if (json is not null) await BenchReport.WriteJsonAsync(json, bench.Name, $"./platform bench {string.Join(' ', args)}", result);
            return result.Promises.All(promise => promise.Holds) ? 0 : 1;
        }
        catch (BenchUsageException mistake)
        {
            await Console.Error.WriteLineAsync($"bench {bench.Name}: {mistake.Message}");
            return Usage;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"bench {bench.Name}: interrupted.");
            return 130;
        }
    }

    private static (Dictionary<string, string> Options, string? Json, bool Help) Parse(IBench bench, string[] args)
    {
        var options = bench.Options.ToDictionary(option => option.Name, option => option.Default);
        string? json = null;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--help" or "-h") return (options, null, true);
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], i + 1 < args.Length ? args[++i] : null);
            if (value is null) throw new BenchUsageException($"{name}: a value is missing.");
            if (name == "--json") json = value;
            else if (name.StartsWith("--", StringComparison.Ordinal) && options.ContainsKey(name[2..])) options[name[2..]] = value;
            else throw new BenchUsageException($"there is no option '{name}'; known: {string.Join(", ", options.Keys.Select(k => "--" + k).Append("--json"))}.");
        }

        return (options, json, false);
    }

    private static int Help(TextWriter output, int code)
    {
        output.WriteLine("usage: ./platform bench NAME [--option value ...] [--json FILE]\n");
        foreach (var bench in Benches.All) output.WriteLine($"  {bench.Name,-12} {bench.Description}");
        output.WriteLine("\n./platform bench NAME --help lists the bench's options.");
        return code;
    }

    private static int Help(IBench bench)
    {
        Console.WriteLine($"{bench.Name}: {bench.Description}\n");
        foreach (var option in bench.Options) Console.WriteLine($"  --{option.Name,-16} {option.Description} (default: {option.Default})");
        Console.WriteLine($"  --{"json",-16} also write the figures to this file");
        return 0;
    }
}

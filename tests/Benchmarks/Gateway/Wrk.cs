using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Benchmarks.Gateway;

/// <summary>What one run of the load generator saw.</summary>
internal sealed record LoadResult(double RequestsPerSecond, long Requests, double P50Milliseconds, double P99Milliseconds, long Failed);

/// <summary>wrk (Debian package <c>wrk</c>): closed loop, a fixed number of connections, the next request when the answer is there.</summary>
internal static partial class Wrk
{
    public const string Path = "/usr/bin/wrk";

    public static async Task<LoadResult> RunAsync(Uri target, int connections, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Path)
        {
            ArgumentList = { "-t1", $"-c{connections}", string.Create(CultureInfo.InvariantCulture, $"-d{duration.TotalSeconds:0}s"), "--latency", target.AbsoluteUri },
            RedirectStandardOutput = true,
        })!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return Parse(output);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    internal static LoadResult Parse(string output)
    {
        var failed = FailedPattern().Matches(output).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))
            + SocketErrors().Matches(output).SelectMany(m => m.Groups[1].Captures).Sum(c => long.Parse(c.Value, CultureInfo.InvariantCulture));
        return new LoadResult(
            Number(RatePattern().Match(output).Groups[1].Value),
            long.Parse(TotalPattern().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
            Milliseconds(output, "50%"),
            Milliseconds(output, "99%"),
            failed);
    }

    private static double Milliseconds(string output, string quantile)
    {
        var match = Regex.Match(output, $@"^\s+{quantile}\s+([\d.]+)(us|ms|s)\s*$", RegexOptions.Multiline);
        if (!match.Success) throw new InvalidOperationException("wrk printed something else than expected: " + output);
        return Number(match.Groups[1].Value) * match.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex TotalPattern();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex FailedPattern();

    [GeneratedRegex(@"Socket errors: (?:\w+ (\d+)(?:, )?)+")]
    private static partial Regex SocketErrors();
}

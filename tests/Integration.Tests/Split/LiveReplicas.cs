using System.Collections.Concurrent;

namespace Platform.Integration.Tests.Split;

/// <summary>
/// Replicas as the kernel knows them: processes that carry a mark the platform knows nothing of. A sampler watches all the time that no
/// replica runs twice.
/// </summary>
internal sealed class LiveReplicas : IAsyncDisposable
{
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<string, string> _doubled = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;

    public LiveReplicas() => _watching = WatchAsync();

    /// <summary>The variable's name and value, for a manifest's <c>env</c>.</summary>
    public (string Name, string Value) Mark { get; } = ("SPLIT_TEST", Guid.NewGuid().ToString("N"));

    /// <summary>Replicas that were seen twice at one time.</summary>
    public IReadOnlyCollection<string> Doubled => [.. _doubled.Values];

    /// <summary>Process id and replica of everything alive.</summary>
    public IReadOnlyList<(int Process, string Replica)> Now()
    {
        var found = new List<(int, string)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var process) || Environment(process) is not { } environment) continue;
            if (!environment.Contains($"{Mark.Name}={Mark.Value}")) continue;
            var replica = environment.FirstOrDefault(v => v.StartsWith("PLATFORM_REPLICA=", StringComparison.Ordinal));
            if (replica is not null) found.Add((process, replica["PLATFORM_REPLICA=".Length..]));
        }

        return found;
    }

    public void KillAll()
    {
        foreach (var (id, _) in Now())
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            process.Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        KillAll();
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Sample);
        while (await timer.WaitForNextTickAsync(_end.Token))
        {
            foreach (var twice in Now().GroupBy(r => r.Replica).Where(g => g.Count() > 1))
                _doubled[twice.Key] = $"{twice.Key}: {string.Join(", ", twice.Select(r => r.Process))}";
        }
    }

    /// <summary>A process that has ended and waits for its parent to notice has no environment any more.</summary>
    private static string[]? Environment(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

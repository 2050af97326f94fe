using System.Collections.Concurrent;
using System.Globalization;

namespace Platform.Integration.Tests.Split;

/// <summary>
/// Visitors of an application, at a steady rate whatever the answers take (open loop). Most keep their connection, some come with a new one.
/// Every answer that is not 200 is kept.
/// </summary>
internal sealed class SteadyTraffic : IAsyncDisposable
{
    private const int NewConnectionEvery = 10;
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60) }) { Timeout = LongestAnswer };
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<FailedVisit> _failures = [];
    private readonly ConcurrentDictionary<Task, bool> _underway = [];
    private readonly Uri _address;
    private readonly Task _coming;
    private long _answered;
    private double _rate;

    public SteadyTraffic(Uri address, double rate)
    {
        (_address, _rate) = (address, rate);
        _coming = ComeAsync();
    }

    /// <summary>Requests a second.</summary>
    public double Rate
    {
        get => Volatile.Read(ref _rate);
        set => Volatile.Write(ref _rate, value);
    }

    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>When, and what came in place of a page.</summary>
    public IReadOnlyCollection<FailedVisit> Failures => _failures;

    /// <summary>Ends the visits; those under way may finish.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _coming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_underway.Keys);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _client.Dispose();
        _end.Dispose();
    }

    private async Task ComeAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        var due = TimeSpan.Zero;
        for (var number = 0; ; number++)
        {
            due += TimeSpan.FromSeconds(1 / Rate);
            var wait = due - TimeProvider.System.GetElapsedTime(since);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, _end.Token);
            _end.Token.ThrowIfCancellationRequested();
            var visit = VisitAsync(number);
            _underway[visit] = true;
            _ = visit.ContinueWith(v => _underway.TryRemove(v, out _), TaskScheduler.Default);
        }
    }

    private async Task VisitAsync(int number)
    {
        var at = DateTimeOffset.UtcNow;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_address, $"/products/{(number % 20) + 1}"));
            request.Headers.ConnectionClose = number % NewConnectionEvery == 0;
            using var answer = await _client.SendAsync(request);
            var page = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode && page.Length > 0) Interlocked.Increment(ref _answered);
            else Failed(at, $"{(int)answer.StatusCode} {page}");
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            Failed(at, failure.Message);
        }
    }

    private void Failed(DateTimeOffset began, string what) => _failures.Enqueue(new FailedVisit(began, DateTimeOffset.UtcNow, what));
}

/// <summary>A visitor who was not served.</summary>
internal sealed record FailedVisit(DateTimeOffset Began, DateTimeOffset Ended, string What)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Began:HH:mm:ss.fff}–{Ended:HH:mm:ss.fff}: {What}");
}

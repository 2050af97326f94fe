using System.Net.Sockets;

namespace Platform.CommandLine.Load;

/// <summary>How a load is sent.</summary>
internal sealed record LoadOptions
{
    /// <summary>Where to: the gateway's traffic address.</summary>
    public required Uri Target { get; init; }
    /// <summary>How many, when.</summary>
    public required RateProfile Profile { get; init; }
    /// <summary>Seed of the arrivals and of the choice of requests.</summary>
    public int Seed { get; init; } = 1;
    /// <summary>Share of requests on a connection of their own; the others share kept-alive ones. Default 10 %.</summary>
    public double NewConnectionShare { get; init; } = 0.1;
    /// <summary>Share of requests whose answer streams for two seconds. Default 0.5 %.</summary>
    public double StreamShare { get; init; } = 0.005;
    /// <summary>A request that has not ended by then has failed. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Requests under way at most; one beyond it fails unsent, so that a stuck server cannot exhaust the sender. Default 2,000.</summary>
    public int MostInFlight { get; init; } = 2_000;
    /// <summary>What the names of its orders begin with: two loads on one shop use two. Letters and digits.</summary>
    public string Orders { get; init; } = "order";
    /// <summary>Looks closer at an answer that came whole; null: only its status and its end are looked at.</summary>
    public AnswerInspection? Inspect { get; init; }
}

/// <summary>Says what is wrong with an answer; null: nothing.</summary>
/// <param name="request">The request.</param>
/// <param name="intended">When it was meant to be sent, from the run's start.</param>
/// <param name="status">The answer's status.</param>
/// <param name="body">Its whole body.</param>
internal delegate string? AnswerInspection(in LoadRequest request, TimeSpan intended, int status, string body);

/// <summary>
/// An open-loop load: requests leave when they are meant to, whether or not earlier ones have been answered, and latency counts
/// from the intended moment, so that a slow server cannot hide its slowness by slowing the sender (coordinated omission).
/// </summary>
internal sealed class LoadGenerator(LoadOptions options, TimeProvider clock) : IDisposable
{
    private readonly HttpMessageInvoker _keepAlive = Invoker();
    private readonly HttpMessageInvoker _closing = Invoker();
    private long _started;
    private int _inFlight;
    private long _sent;
    private volatile bool _isFinishing;

    /// <summary>What happened so far.</summary>
    public LoadRecorder Recorder { get; } = new();

    /// <summary>Since the run began.</summary>
    public TimeSpan Elapsed => _started == 0 ? TimeSpan.Zero : clock.GetElapsedTime(_started);

    /// <summary>Requests under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests sent so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Sends nothing more; the run ends with the last answer to what is under way.</summary>
    public void Finish() => _isFinishing = true;

    /// <summary>Sends the whole load and waits for its last answer. When cancelled it sends nothing more and gives up what is under way.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        _started = clock.GetTimestamp();
        var random = new Random(options.Seed + 1);
        var number = 0L;
        foreach (var intended in PoissonArrivals.Over(options.Profile, options.Seed))
        {
            var wait = intended - Elapsed;
            if (wait > TimeSpan.FromMilliseconds(1)) await Task.Delay(wait, clock, ct);
            ct.ThrowIfCancellationRequested();
            if (_isFinishing) break;
            var request = RequestMix.Next(random, ++number, options.StreamShare, options.Orders);
            var closing = random.NextDouble() < options.NewConnectionShare;
            if (InFlight >= options.MostInFlight)
            {
                Recorder.Record(intended, Elapsed, Elapsed - intended, $"not sent: {options.MostInFlight} requests were already under way");
                continue;
            }

            Interlocked.Increment(ref _inFlight);
            Interlocked.Increment(ref _sent);
            _ = SendAsync(request, intended, closing, ct);
        }

        while (InFlight > 0) await Task.Delay(TimeSpan.FromMilliseconds(20), clock, ct);
    }

    public void Dispose()
    {
        _keepAlive.Dispose();
        _closing.Dispose();
    }

    /// <summary>Owned by the run: every one is counted in flight until it ends, and none throws.</summary>
    private async Task SendAsync(LoadRequest request, TimeSpan intended, bool closing, CancellationToken ct)
    {
        await Task.Yield();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(options.Timeout);
        TimeSpan? firstByte = null;
        string? failure;
        try
        {
            using var message = new HttpRequestMessage(request.Method, new Uri(options.Target, request.Path));
            if (closing) message.Headers.ConnectionClose = true;
            if (request.Order is not null) message.Headers.Add("X-Order", request.Order);
            using var response = await (closing ? _closing : _keepAlive).SendAsync(message, deadline.Token);
            firstByte = Elapsed - intended;
            var body = await response.Content.ReadAsStringAsync(deadline.Token);
            failure = (int)response.StatusCode >= 500 ? $"status {(int)response.StatusCode}"
                : request.EndsWith is not null && response.IsSuccessStatusCode && !body.EndsWith(request.EndsWith, StringComparison.Ordinal) ? "answer cut"
                : options.Inspect?.Invoke(request, intended, (int)response.StatusCode, body);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The run was given up: what became of this request says nothing about the server.
            Interlocked.Decrement(ref _inFlight);
            return;
        }
        catch (OperationCanceledException)
        {
            failure = $"{(firstByte is null ? "no answer" : "answer cut: not whole")} within {options.Timeout.TotalSeconds:0.#} s";
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
        {
            failure = firstByte is null ? $"connection failed: {Innermost(broken)}" : $"answer cut: {Innermost(broken)}";
        }

        Recorder.Record(intended, Elapsed, firstByte ?? Elapsed - intended, failure);
        Interlocked.Decrement(ref _inFlight);
    }

    private static string Innermost(Exception broken) => broken.InnerException is { } inner ? Innermost(inner) : broken.Message;

    private static HttpMessageInvoker Invoker() => new(new SocketsHttpHandler
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        UseProxy = false,
        MaxConnectionsPerServer = int.MaxValue,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ActivityHeadersPropagator = null,
    });
}

using System.Net;
using Platform.Gateway.Forwarding;
using Platform.Gateway.Measuring;
using Platform.Gateway.Replicas;

namespace Platform.Gateway.Mirroring;

/// <summary>
/// Sends copies of requests to a revision that is tried out and throws the answers away.
/// <code>
/// request ─ replica ─ answer ─ client
///   │ chosen           │
///   └ body kept ───────┴─▶ copy ─▶ replica of the mirrored revision ─▶ counted, thrown away
/// </code>
/// The copy leaves when the client has its answer, and on another thread: whatever becomes of it, no client waits. What would be
/// too many at once, or too long to keep, is not copied but counted.
/// </summary>
internal sealed partial class Mirror : IDisposable
{
    private static readonly List<Replica> NoneTried = [];

    private readonly GatewayOptions _options;
    private readonly GatewayInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<Mirror> _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopped;

    public Mirror(GatewayOptions options, GatewayInstruments instruments, TimeProvider time, ILogger<Mirror> logger)
    {
        (_options, _instruments, _time, _logger) = (options, instruments, time, logger);
        _stopped = _stop.Token;
    }

    /// <summary>Ends what is under way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>Before a request is forwarded: decides whether it will be copied, and if so begins to keep its body.</summary>
    public void Begin(Exchange exchange, MirrorSplit mirrors)
    {
        var request = exchange.Context.Request;
        // What becomes a tunnel is no request that could be repeated.
        if (request.Headers.Upgrade.Count > 0) return;
        if (mirrors.Choose(exchange.Replica!.Revision, IsWrite(request.Method)) is not { } target) return;
        if (exchange.Context.MayHaveBody() && !TryKeepBody(exchange, target)) return;
        exchange.Mirror = target;
    }

    /// <summary>When a request has ended, however it did: sends its copy.</summary>
    public void End(Exchange exchange)
    {
        var target = exchange.Mirror!;
        var placed = exchange.Body is not null;
        // Nobody carried it out, or, after a retry, the mirrored revision itself did.
        var concerned = exchange.Replica is { } answered && target.Takes(answered.Revision, write: false);
        if (concerned && HasWholeBody(exchange.Body, target) && (placed || (placed = TryTakePlace(target))) && TryEnter(target) is { } replica)
        {
            _ = SendAsync(Copy(exchange.Context, replica, exchange.Body?.Whole), replica, target);
        }
        else if (placed) target.Traffic.EndMirror();
    }

    private static bool IsWrite(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    /// <summary>The copy of a request. Here and not later: its context is the next request's soon.</summary>
    private static HttpRequestMessage Copy(HttpContext context, Replica replica, byte[]? body)
    {
        var copy = new HttpRequestMessage(HttpMethod.Parse(context.Request.Method), RequestRules.Target(context, replica.Prefix))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (body is not null || IsWrite(context.Request.Method)) copy.Content = new ByteArrayContent(body ?? []);
        HeaderRules.Copy(context, copy);
        // The body is there: nothing to wait for before sending it.
        copy.Headers.ExpectContinue = null;
        copy.Headers.TryAddWithoutValidation(HeaderRules.Mirrored, "1");
        return copy;
    }

    /// <summary>The place is taken before the body, so that as many bodies are kept as there are places.</summary>
    private bool TryKeepBody(Exchange exchange, MirrorTarget target)
    {
        var request = exchange.Context.Request;
        if (request.ContentLength > _options.MirrorBodyLimit)
        {
            Drop(target, "bodyTooLong");
            return false;
        }

        if (!TryTakePlace(target)) return false;
        request.Body = exchange.Body = new CapturedBody(request.Body, request.ContentLength, _options.MirrorBodyLimit);
        return true;
    }

    private bool HasWholeBody(CapturedBody? body, MirrorTarget target)
    {
        if (body is not { IsWhole: false }) return true;
        Drop(target, body.IsTooLong ? "bodyTooLong" : "bodyCutShort");
        return false;
    }

    private Replica? TryEnter(MirrorTarget target)
    {
        if (target.Pool.Choose(NoneTried, _time.GetTimestamp()) is { } replica && replica.TryEnterMirrored()) return replica;
        Drop(target, "noReplica");
        return null;
    }

    private bool TryTakePlace(MirrorTarget target)
    {
        if (target.Traffic.TryMirror()) return true;
        Drop(target, "tooMany");
        return false;
    }

    private async Task SendAsync(HttpRequestMessage copy, Replica replica, MirrorTarget target)
    {
        // Off the connection's thread: the client may be sending its next request.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var left = replica.MirrorToken;
        var started = _time.GetTimestamp();
        bool? failed = null;
        try
        {
            using var request = copy;
            using var deadline = new CancellationTokenSource(_options.MirrorTimeout, _time);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, left, _stopped);
            using var answer = await replica.Client.SendAsync(request, over.Token);
            failed = (int)answer.StatusCode >= 500;
            await answer.Content.CopyToAsync(Stream.Null, over.Token);
            replica.Mirrored.Record(_time.GetElapsedTime(started).TotalSeconds, failed.Value);
        }
        catch (Exception exception) when (left.IsCancellationRequested || _stopped.IsCancellationRequested)
        {
            // Cut by us: says nothing about the replica.
            LogCut(exception, replica.Id);
        }
        catch (OperationCanceledException) when (failed is not null)
        {
            // A stream: as good as its status says, and as long as somebody listens.
            replica.Mirrored.Record(double.NaN, failed.Value);
        }
        catch (Exception exception)
        {
            LogFailed(exception, replica.Id);
            replica.Mirrored.Record(_time.GetElapsedTime(started).TotalSeconds, error: true);
        }
        finally
        {
            replica.LeaveMirrored();
            target.Traffic.EndMirror();
        }
    }

    private void Drop(MirrorTarget target, string reason) => _instruments.MirrorDropped(target.Traffic.Application, reason);

    [LoggerMessage(1, LogLevel.Debug, "A mirrored request to replica {Replica} was cut: the replica leaves, or the gateway stops")]
    private partial void LogCut(Exception exception, string replica);

    [LoggerMessage(2, LogLevel.Debug, "A mirrored request to replica {Replica} got no whole answer")]
    private partial void LogFailed(Exception exception, string replica);
}

using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ObjectPool;
using Platform.Gateway.Holding;
using Platform.Gateway.Measuring;
using Platform.Gateway.Mirroring;
using Platform.Gateway.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Forwarding;

/// <summary>
/// The data plane: everything that happens to a request on the traffic port.
/// <code>
/// request ─ rules ─ route ─ revision ─ replica ─ YARP's forwarder ─ answer ─ count ─ copy, if it is to be mirrored
///             │       │                  │            │
///            400     404         none: hold, 503     no answer: retry on another replica, or hold, or 502
/// </code>
/// On the steady path it allocates nothing: it is not an async method, the exchange is pooled, the task it returns is the forwarder's
/// own, and the end of the request is seen by a callback of the server (docs/decisions/002-gateway-data-plane.md).
/// </summary>
internal sealed partial class TrafficHandler
{
    private static readonly Func<object, Task> OnCompleted = static exchange => ((Exchange)exchange).Complete();

    private readonly RouteTables _tables;
    private readonly HoldRoom _holdRoom;
    private readonly Mirror _mirror;
    private readonly IHttpForwarder _forwarder;
    private readonly GatewayOptions _options;
    private readonly GatewayInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<TrafficHandler> _logger;
    private readonly ForwarderRequestConfig _config;
    private readonly ObjectPool<Exchange> _exchanges;

    public TrafficHandler(
        RouteTables tables, HoldRoom holdRoom, Mirror mirror, IHttpForwarder forwarder, GatewayOptions options, GatewayInstruments instruments, TimeProvider time, ILogger<TrafficHandler> logger)
    {
        (_tables, _holdRoom, _mirror, _forwarder, _options, _instruments, _time, _logger) = (tables, holdRoom, mirror, forwarder, options, instruments, time, logger);
        _config = new ForwarderRequestConfig { ActivityTimeout = options.ActivityTimeout, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        _exchanges = new DefaultObjectPool<Exchange>(new ExchangePolicy(this), maximumRetained: 4_096);
    }

    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (RequestRules.Refuse(context) is { } problem) return RefuseAsync(context, problem);
        if (Match(context) is not { } route) return RefuseAsync(context, TrafficProblem.NotFound);
        var exchange = _exchanges.Get();
        exchange.Begin(context, route, _time.GetTimestamp());
        context.Response.OnCompleted(OnCompleted, exchange);
        return TryChoose(exchange) ? ForwardAsync(exchange) : HoldAndForwardAsync(exchange);
    }

    /// <summary>Chooses a replica and counts the request on it. False: there is none to choose.</summary>
    internal bool TryChoose(Exchange exchange)
    {
        var headers = exchange.Context.Request.Headers;
        while (true)
        {
            var route = exchange.Route;
            var named = RevisionPin.Find(headers, route) ?? route.Rules?.Find(headers);
            RevisionPool? kept = null;
            exchange.TellsRevision = named is null && route.Sticky is { } sticky && !sticky.IsSettled(headers, route.Traffic, out kept);
            var replica = route.Choose(named, kept, exchange.Tried, _time.GetTimestamp());
            if (replica is null) return false;
            if (replica.TryEnter())
            {
                exchange.LeaveReplica();
                exchange.Replica = replica;
                return true;
            }

            // It left the table between our look at the snapshot and now: a newer snapshot is in force.
            if (Match(exchange.Context) is not { } current) return false;
            exchange.Route = current;
        }
    }

    /// <summary>Called by the forwarder, through the exchange, when a try brought no answer. The response has not begun.</summary>
    internal ValueTask<bool> FailedAsync(Exchange exchange)
    {
        var failure = exchange.Context.Features.GetRequiredFeature<IForwarderErrorFeature>();
        var replica = exchange.Replica!;
        exchange.Failed = RetryRules.Classify(failure.Error, failure.Exception, replica.IsCut, exchange.Context.RequestAborted.IsCancellationRequested);
        exchange.Tried.Add(replica);
        if (exchange.Failed is FailedTry.NothingSent or FailedTry.NoAnswer or FailedTry.TimedOut && replica.Health.Failed())
            LogEjected(replica.Id, replica.Application, replica.Revision, exchange.Failed);
        return exchange.InRetryLoop ? ValueTask.FromResult(false) : RetryAsync(exchange);
    }

    /// <summary>Called by the server when the answer has ended, however it did.</summary>
    internal Task Complete(Exchange exchange)
    {
        var seconds = exchange.IsTunnel ? double.NaN : _time.GetElapsedTime(exchange.Started).TotalSeconds;
        (exchange.Replica?.Counters ?? exchange.Route.Traffic.Unrouted).Record(seconds, IsError(exchange));
        if (exchange.Mirror is not null) _mirror.End(exchange);
        exchange.LeaveReplica();
        exchange.Reset();
        _exchanges.Return(exchange);
        return Task.CompletedTask;
    }

    private static bool IsError(Exchange exchange)
    {
        if (exchange.Failed == FailedTry.Client) return false;
        if (exchange.Context.Response.StatusCode >= 500) return true;
        if (exchange.Context.Features.Get<IForwarderErrorFeature>() is not { } failure) return false;
        if (exchange.Replica is { IsCut: true }) return true;
        if (failure.Error != ForwarderError.ResponseBodyDestination) return false;
        exchange.Replica?.Health.Failed();
        return true;
    }

    private ApplicationRoute? Match(HttpContext context) =>
        _tables.Snapshot.Match(context.Request.Headers.Host, context.Request.Path.Value ?? "");

    private Task ForwardAsync(Exchange exchange)
    {
        var replica = exchange.Replica!;
        if (exchange.Route.Mirrors is { } mirrors && !exchange.InRetryLoop) _mirror.Begin(exchange, mirrors);
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.SetTag("platform.application", replica.Application);
            activity.SetTag("platform.revision", replica.Revision);
            activity.SetTag("platform.replica", replica.Id);
        }

        return _forwarder.SendAsync(exchange.Context, replica.Prefix, replica.Client, _config, exchange, replica.CutToken).AsTask();
    }

    private async ValueTask<bool> RetryAsync(Exchange exchange)
    {
        exchange.InRetryLoop = true;
        var context = exchange.Context;
        var tries = 0;
        while (true)
        {
            if (!RetryRules.MayRepeat(exchange.Failed, context))
            {
                await ProblemOf(exchange.Failed).WriteAsync(context);
                return false;
            }

            exchange.Route = Match(context) ?? exchange.Route;
            if (tries < _options.RetryLimit && exchange.Route.Traffic.Retries.TryTake() && TryChoose(exchange)) tries++;
            else if (exchange.Failed != FailedTry.NothingSent)
            {
                await TrafficProblem.NoAnswer.WriteAsync(context);
                return false;
            }
            else if (!await HoldAsync(exchange, chooseAtOnce: false)) return false;

            _instruments.Retried(exchange.Route.Application);
            context.Response.Clear();
            context.Features.Set<IForwarderErrorFeature>(null);
            exchange.Failed = FailedTry.None;
            await ForwardAsync(exchange);
            if (exchange.Failed == FailedTry.None) return false;
        }
    }

    private async Task HoldAndForwardAsync(Exchange exchange)
    {
        if (await HoldAsync(exchange, chooseAtOnce: true)) await ForwardAsync(exchange);
    }

    /// <summary>Waits until a replica can be chosen. False: it did not come to that, and the request is answered.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="chooseAtOnce">False: all replicas refused it just now, so wait first.</param>
    private async ValueTask<bool> HoldAsync(Exchange exchange, bool chooseAtOnce)
    {
        var context = exchange.Context;
        exchange.LeaveReplica();
        exchange.HoldUntil ??= _time.GetTimestamp() + (long)(_options.HoldTimeout.TotalSeconds * _time.TimestampFrequency);
        if (!_holdRoom.TryEnter(exchange.Route.Traffic)) return await GiveUpAsync(context, TrafficProblem.NoReplica);
        var traffic = exchange.Route.Traffic;
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                // Taken before the look, so that a change after it is not missed.
                var changed = exchange.Route.Traffic.Changed;
                if (Match(context) is not { } route) return await GiveUpAsync(context, TrafficProblem.NotFound);
                exchange.Route = route;
                if (chooseAtOnce && TryChoose(exchange)) return true;
                var left = _time.GetElapsedTime(_time.GetTimestamp(), exchange.HoldUntil.Value);
                if (left <= TimeSpan.Zero) return await GiveUpAsync(context, TrafficProblem.NoReplica);
                await _holdRoom.WaitAsync(changed, left, exchange.HoldTurns++, context.RequestAborted);
                exchange.Tried.Clear();
                chooseAtOnce = true;
            }

            exchange.Failed = FailedTry.Client;
            return false;
        }
        finally
        {
            _holdRoom.Leave(traffic);
        }
    }

    private static async ValueTask<bool> GiveUpAsync(HttpContext context, TrafficProblem problem)
    {
        await problem.WriteAsync(context);
        return false;
    }

    private Task RefuseAsync(HttpContext context, TrafficProblem problem)
    {
        _instruments.Refused(problem.Slug);
        return problem.WriteAsync(context);
    }

    private static TrafficProblem ProblemOf(FailedTry failed) => failed switch
    {
        FailedTry.Client => TrafficProblem.BadRequest,
        FailedTry.TimedOut => TrafficProblem.TimedOut,
        _ => TrafficProblem.NoAnswer,
    };

    [LoggerMessage(1, LogLevel.Warning, "Replica {Replica} of {Application} {Revision} gives no answers ({Failure}); it gets no requests for a while if another one can take them")]
    private partial void LogEjected(string replica, string application, string revision, FailedTry failure);

    private sealed class ExchangePolicy(TrafficHandler handler) : PooledObjectPolicy<Exchange>
    {
        public override Exchange Create() => new(handler);

        public override bool Return(Exchange obj) => true;
    }
}

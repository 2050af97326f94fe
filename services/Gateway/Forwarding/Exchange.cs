using Microsoft.Net.Http.Headers;
using Platform.Gateway.Mirroring;
using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Forwarding;

/// <summary>
/// One request on its way through the gateway: where it goes, what it tried, when it began. It is also what YARP's forwarder asks
/// to transform headers, so that a request needs no other object; pooled, so that it needs no new one.
/// </summary>
internal sealed class Exchange(TrafficHandler handler) : HttpTransformer
{
    public HttpContext Context { get; private set; } = null!;

    public ApplicationRoute Route { get; set; } = null!;

    /// <summary>The replica it is counted on; null: none now.</summary>
    public Replica? Replica { get; set; }

    /// <summary>Replicas that failed it.</summary>
    public List<Replica> Tried { get; } = [];

    /// <summary>Its answer tells the client, by a cookie, which revision it met: there is a sticky one, and the client's cookies do not say it.</summary>
    public bool TellsRevision { get; set; }

    /// <summary>Who gets a copy of it; null: nobody.</summary>
    public MirrorTarget? Mirror { get; set; }

    /// <summary>Its body, if it is kept for the copy.</summary>
    public CapturedBody? Body { get; set; }

    public long Started { get; private set; }

    /// <summary>How the last try failed; <see cref="FailedTry.None"/>: it was answered, or is under way.</summary>
    public FailedTry Failed { get; set; }

    /// <summary>The handler's retry loop is at work: a further failure is its to see.</summary>
    public bool InRetryLoop { get; set; }

    /// <summary>The answer turned the connection into a tunnel.</summary>
    public bool IsTunnel { get; private set; }

    /// <summary>When waiting for a replica ends; null: it has not waited.</summary>
    public long? HoldUntil { get; set; }

    /// <summary>How often it waited.</summary>
    public int HoldTurns { get; set; }

    public void Begin(HttpContext context, ApplicationRoute route, long now)
    {
        Context = context;
        Route = route;
        Started = now;
    }

    public void Reset()
    {
        Context = null!;
        Route = null!;
        Replica = null;
        Tried.Clear();
        TellsRevision = false;
        Mirror = null;
        Body = null;
        Failed = FailedTry.None;
        InRetryLoop = false;
        IsTunnel = false;
        HoldUntil = null;
        HoldTurns = 0;
    }

    /// <inheritdoc cref="TrafficHandler.Complete"/>
    public Task Complete() => handler.Complete(this);

    /// <summary>Counts the request out of its replica.</summary>
    public void LeaveReplica()
    {
        Replica?.Leave();
        Replica = null;
    }

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = RequestRules.Target(httpContext, destinationPrefix);

        var headers = httpContext.Request.Headers;
        if (proxyRequest.Content is not null || (headers.ContentLength is null && headers.ContentType.Count == 0))
        {
            HeaderRules.Copy(httpContext, proxyRequest);
            return ValueTask.CompletedTask;
        }

        // Content headers without content need YARP's own empty content, which only its own copying can set.
        return CopyAndCleanAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null) return handler.FailedAsync(this);
        Replica!.Health.Answered();
        IsTunnel = proxyResponse.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols;
        var copied = base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (TellsRevision && Route.Sticky is { } sticky) httpContext.Response.Headers.Append(HeaderNames.SetCookie, sticky.Cookie(Replica.Revision));
        return copied;
    }

    private async ValueTask CopyAndCleanAsync(HttpContext context, HttpRequestMessage request, string prefix, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri;
        await base.TransformRequestAsync(context, request, prefix, cancellationToken);
        request.RequestUri = uri;
        HeaderRules.Clean(context, request);
    }
}

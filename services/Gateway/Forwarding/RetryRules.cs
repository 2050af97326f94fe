using Yarp.ReverseProxy.Forwarder;

namespace Platform.Gateway.Forwarding;

/// <summary>How a try ended that brought no answer.</summary>
internal enum FailedTry
{
    /// <summary>None did.</summary>
    None,

    /// <summary>The client went away, or its request was faulty.</summary>
    Client,

    /// <summary>It was cut: the grace period of a leaving replica ended.</summary>
    Cut,

    /// <summary>No connection: the replica got nothing. Whatever the request, it may be sent to another one.</summary>
    NothingSent,

    /// <summary>The connection broke before the first byte of an answer. The replica may have carried the request out.</summary>
    NoAnswer,

    /// <summary>The replica took too long.</summary>
    TimedOut,
}

/// <summary>Which failed tries may be repeated.</summary>
internal static class RetryRules
{
    /// <summary>What a forwarding error before any byte of an answer means.</summary>
    public static FailedTry Classify(ForwarderError error, Exception? exception, bool cut, bool clientGone) => error switch
    {
        _ when cut => FailedTry.Cut,
        _ when clientGone => FailedTry.Client,
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled => FailedTry.Client,
        ForwarderError.RequestTimedOut => FailedTry.TimedOut,
        ForwarderError.Request when exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } => FailedTry.NothingSent,
        _ => FailedTry.NoAnswer,
    };

    /// <summary>
    /// Repeating must not carry a request out twice: if nothing was sent, any request may be repeated; otherwise only an
    /// idempotent one (RFC 9110, 9.2.2), and only without a body, which is consumed by then.
    /// </summary>
    public static bool MayRepeat(FailedTry failed, HttpContext context) => failed switch
    {
        FailedTry.NothingSent => true,
        FailedTry.NoAnswer => IsIdempotent(context.Request.Method) && !context.MayHaveBody(),
        _ => false,
    };

    private static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method);
}

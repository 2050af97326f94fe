using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.Gateway.Replicas;

/// <summary>
/// The connections to one replica. A pool of its own, so that it can be closed when the replica is drained and a later replica
/// on the same port never meets a connection of its predecessor.
/// </summary>
/// <remarks>
/// SocketsHttpHandler itself repeats a request, up to three times, when a connection turns out to be closed before the first
/// byte of an answer, as long as no content was sent. For a GET that is welcome. A POST may have been carried out by then, and is
/// repeated too if it has no content: it is therefore given an empty one, which forbids the repetition.
/// </remarks>
internal sealed class ReplicaClient(GatewayOptions options, TimeProvider time) : HttpMessageInvoker(CreateHandler(options, time), disposeHandler: true)
{
    public override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null && !IsIdempotent(request.Method)) request.Content = new ByteArrayContent([]);
        return base.SendAsync(request, cancellationToken);
    }

    private static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options || method == HttpMethod.Put || method == HttpMethod.Delete;

    private static SocketsHttpHandler CreateHandler(GatewayOptions options, TimeProvider time) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        PooledConnectionIdleTimeout = options.IdleConnectionTimeout,
        // The trace context is passed on by HeaderRules, only when somebody records; the handler's own way creates an activity per request.
        ActivityHeadersPropagator = null,
        // Bytes beyond ASCII pass as they came: Kestrel reads request headers as UTF-8 and is told to write Latin-1 in answers.
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, options.ConnectTimeout, time, cancellationToken),
    };

    /// <summary>Connects. A timeout is an ordinary connection error, so that callers can tell that nothing was sent.</summary>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(endPoint, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"No connection to {endPoint.Host}:{endPoint.Port} within {timeout}.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

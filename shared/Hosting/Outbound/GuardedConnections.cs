using System.Net;
using System.Net.Sockets;

namespace Platform.Hosting.Outbound;

/// <summary>
/// Connections to what users name: the name is resolved once, here, and the connection goes to just that address, so what was checked is
/// what is reached; no redirect is followed, no cookie kept, no proxy asked.
/// </summary>
public static class GuardedConnections
{
    /// <summary>A handler that reaches only what the policy allows.</summary>
    /// <param name="policy">What may be reached.</param>
    /// <param name="connectTimeout">How long a connection may take.</param>
    public static SocketsHttpHandler Handler(AddressPolicy policy, TimeSpan connectTimeout) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = connectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = async (context, ct) =>
        {
            var address = await policy.ResolveAsync(context.DnsEndPoint.Host, ct);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}

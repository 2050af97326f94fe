using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Platform.Hosting.Listening;

/// <summary>
/// One port and whose it is. The socket that accepts a connection puts its listener among the connection's features; what a request
/// may reach follows from that alone, never from what the client says (Host header, path).
/// </summary>
internal sealed class Listener(ServiceModule module, bool isTraffic, IPAddress address, int port, string key)
{
    public ServiceModule Module { get; } = module;

    public bool IsTraffic { get; } = isTraffic;

    public IPAddress Address { get; } = address;

    /// <summary>The port asked for; 0: any free one.</summary>
    public int Port { get; } = port;

    /// <summary>Its configuration key: <c>Ports:traffic</c>.</summary>
    public string Key { get; } = key;

    /// <summary>Kestrel's side of it; knows the actual port once bound.</summary>
    public ListenOptions? Options { get; set; }

    public int ActualPort => Options?.IPEndPoint?.Port ?? Port;

    public override string ToString() => IsTraffic ? $"{Module.Name} (traffic)" : Module.Name;
}

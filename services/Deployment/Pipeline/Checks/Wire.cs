using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Platform.Deployment.Pipeline.Checks;

/// <summary>A connection to <c>host:port</c> and a few bytes over it.</summary>
internal sealed class Wire : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };

    private Wire()
    {
    }

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">It does not take the connection.</exception>
    public static async Task<Wire> ConnectAsync(string endpoint, CancellationToken ct)
    {
        var colon = endpoint.LastIndexOf(':');
        var wire = new Wire();
        try
        {
            await wire._client.ConnectAsync(endpoint[..colon].Trim('[', ']'), int.Parse(endpoint.AsSpan(colon + 1), CultureInfo.InvariantCulture), ct);
            return wire;
        }
        catch
        {
            wire.Dispose();
            throw;
        }
    }

    /// <summary>Sends.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => _client.GetStream().WriteAsync(bytes, ct);

    /// <summary>Reads so many bytes, or fewer when the other side closes.</summary>
    public async Task<byte[]> ReadAsync(int count, CancellationToken ct)
    {
        var bytes = new byte[count];
        var read = await _client.GetStream().ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, ct);
        return bytes[..read];
    }

    /// <summary>Reads up to a line's end, at most 512 bytes.</summary>
    public async Task<string> ReadLineAsync(CancellationToken ct)
    {
        var line = new StringBuilder();
        while (line.Length < 512 && await ReadAsync(1, ct) is [var one] && one != '\n') line.Append((char)one);
        return line.ToString().TrimEnd('\r');
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}

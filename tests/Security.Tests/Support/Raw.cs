using System.Net.Sockets;
using System.Text;

namespace Platform.Security.Tests.Support;

/// <summary>Sends bytes as they are, for what no HTTP client would send. Text is Latin-1: one character, one byte.</summary>
internal static class Raw
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends a whole request with its own line breaks and reads until the other side closes.</summary>
    public static async Task<string> SendAsync(Uri address, string bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        return await ReadAsync(socket);
    }

    /// <summary>A request of one line and headers, without a body.</summary>
    public static async Task<(int Status, string Text)> GetAsync(Uri address, string target, params string[] headers)
    {
        var host = headers.Any(h => h.StartsWith("Host:", StringComparison.Ordinal)) ? "" : $"Host: {address.Authority}\r\n";
        var text = await SendAsync(address, $"GET {target} HTTP/1.1\r\n{host}{string.Concat(headers.Select(h => h + "\r\n"))}Connection: close\r\n\r\n");
        return (Status(text), text);
    }

    /// <summary>The status of an answer; 0: there was none.</summary>
    public static int Status(string text) => text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text[9..12]) : 0;

    /// <summary>Reads until the other side closes.</summary>
    /// <exception cref="TimeoutException">It did not.</exception>
    public static async Task<string> ReadAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        var answer = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is var read and > 0) answer.Write(buffer, 0, read);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("The other side neither answered in full nor closed.");
        }
        catch (SocketException)
        {
            // Closed hard: what was read is what there is.
            return Encoding.Latin1.GetString(answer.ToArray());
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}

using System.Net.Sockets;
using System.Text;

namespace Platform.Gateway.Tests.Support;

/// <summary>Sends bytes as they are and reads until the peer closes or is silent. Text is Latin-1: one character, one byte.</summary>
internal static class RawHttp
{
    public static async Task<string> SendAsync(Uri address, string bytes, TimeSpan? silence = null)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        var answer = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            using var patience = new CancellationTokenSource(silence ?? TimeSpan.FromSeconds(10));
            try
            {
                var read = await socket.ReceiveAsync(buffer, patience.Token);
                if (read == 0) break;
                answer.Write(buffer, 0, read);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                break;
            }
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}

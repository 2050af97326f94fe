using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Platform.Autoscaler.Tests.Sources;

/// <summary>A web server of this machine that answers everything the same, and remembers what it was asked last.</summary>
internal sealed class OneAnswer : IAsyncDisposable
{
    private readonly HttpListener _server = new();
    private readonly Task _serving;

    public OneAnswer(int status, string text)
    {
        (Status, Text) = (status, text);
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }

        _server.Prefixes.Add(Address + "/");
        _server.Start();
        _serving = ServeAsync();
    }

    public string Address { get; }

    public int Status { get; set; }

    public string Text { get; set; }

    public HttpListenerRequest? Asked { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _server.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (_server.IsListening)
        {
            try
            {
                var context = await _server.GetContextAsync();
                Asked = context.Request;
                context.Response.StatusCode = Status;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Text));
                context.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}

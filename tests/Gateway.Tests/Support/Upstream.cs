using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Platform.Gateway.Tests.Support;

/// <summary>A replica: a real Kestrel on a free port, which tells its name and keeps what it saw.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private WebApplication? _app;

    private Upstream(string id, RequestDelegate handle, Uri address) => (Id, Handle, Address) = (id, handle, address);

    public string Id { get; }

    public RequestDelegate Handle { get; set; }

    public Uri Address { get; private set; }

    /// <summary>The headers and target of each request.</summary>
    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public static async Task<Upstream> StartAsync(string id, RequestDelegate? handle = null, int port = 0)
    {
        var upstream = new Upstream(id, handle ?? (context => context.Response.WriteAsync(id)), new Uri("http://127.0.0.1/"));
        await upstream.ListenAsync(port);
        return upstream;
    }

    /// <summary>A replica at an address where nobody listens.</summary>
    public static Upstream Dead(string id) => new(id, _ => Task.CompletedTask, new Uri($"http://127.0.0.1:{FreePort()}"));

    public static int FreePort()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async Task ListenAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context =>
        {
            Seen.Enqueue(new SeenRequest(
                context.Request.Method,
                context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            return Handle(context);
        });
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async Task StopAsync()
    {
        if (_app is null) return;
        await _app.StopAsync(new CancellationTokenSource(TimeSpan.FromMilliseconds(200)).Token);
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}

internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers);

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.HealthMonitor.Tests;

/// <summary>Somebody else's HTTP server: keeps what it is sent and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _requests = new();

    private Receiver(WebApplication app) => _app = app;

    /// <summary>How it answers, by the number of the request from 1. Default 200.</summary>
    public Func<int, int> Status { get; set; } = _ => 200;

    public string? Location { get; set; }

    public IReadOnlyList<Received> Requests => [.. _requests];

    public int Port { get; private set; }

    public string Url => $"http://127.0.0.1:{Port}/hook";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        receiver.Port = new Uri(app.Urls.First()).Port;
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _requests.Enqueue(new Received(context.Request.Path, headers, await reader.ReadToEndAsync()));
        context.Response.StatusCode = Status(_requests.Count);
        if (Location is not null) context.Response.Headers.Location = Location;
    }

    internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, string Body);
}

using System.Net.WebSockets;
using System.Text;

namespace Storefront;

/// <summary>Which path leads where.</summary>
internal static class Routes
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    public static void MapShop(this WebApplication app, Shop shop, WarmUp warmUp)
    {
        app.MapGet("/", (int? page, CancellationToken ct) => shop.BrowseAsync(page ?? 0, ct));
        app.MapGet("/products/{id:int}", (int id, CancellationToken ct) => shop.ShowAsync(id, ct));
        app.MapPost("/cart/{id:int}", (int id, HttpContext context) => shop.PutIntoCartAsync(id, context));
        app.MapPost("/checkout", (HttpContext context, CancellationToken ct) => shop.CheckOutAsync(context, ct));
        app.MapGet("/stream", (double? seconds, HttpContext context) => shop.StreamAsync(seconds ?? 2, context));
        app.MapGet("/health", () => warmUp.IsDone ? Results.Text("healthy\n") : Results.Text("warming up\n", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapGet("/metrics", () => Results.Text(shop.Metrics.Exposition(shop.Version), "text/plain; version=0.0.4"));
    }

    /// <summary>A WebSocket that tells twice a second which version is speaking and says good-bye when the replica goes.</summary>
    public static void MapLive(this WebApplication app, Shop shop, IHostApplicationLifetime lifetime)
    {
        app.Map("/live", async (HttpContext context) =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            var speaking = SpeakAsync(socket, shop, lifetime.ApplicationStopping, ended.Token);
            await ListenAsync(socket, ended);
            await speaking;
        });
    }

    private static async Task SpeakAsync(WebSocket socket, Shop shop, CancellationToken leaving, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Tick, shop.Clock);
        try
        {
            while (!leaving.IsCancellationRequested && socket.State == WebSocketState.Open)
            {
                await socket.SendAsync(Encoding.UTF8.GetBytes(shop.Version), WebSocketMessageType.Text, true, ended);
                await timer.WaitForNextTickAsync(ended);
            }

            if (socket.State == WebSocketState.Open)
                await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "the replica is stopping", ended);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The visitor left: nobody is there to be told.
            socket.Abort();
        }
    }

    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource ended)
    {
        var buffer = new byte[1024];
        try
        {
            while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            {
                var received = await socket.ReceiveAsync(buffer, ended.Token);
                if (received.MessageType == WebSocketMessageType.Close) break;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // As above.
            socket.Abort();
        }

        await ended.CancelAsync();
    }
}

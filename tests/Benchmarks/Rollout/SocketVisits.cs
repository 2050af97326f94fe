using System.Net.WebSockets;

namespace Platform.Benchmarks.Rollout;

/// <summary>
/// WebSocket visits of two seconds each, one after the other, by a few visitors at once. One is cut when the connection ends, or says
/// good-bye, before its visitor does.
/// </summary>
internal sealed class SocketVisits(Uri target, int visitors, TimeProvider clock)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);
    private long _visits;
    private long _cut;
    private volatile bool _isFinishing;

    public long Visits => Interlocked.Read(ref _visits);

    public long Cut => Interlocked.Read(ref _cut);

    /// <summary>Why the last one was cut.</summary>
    public string? Reason { get; private set; }

    /// <summary>No further visit begins.</summary>
    public void Finish() => _isFinishing = true;

    public Task RunAsync(CancellationToken ct) => Task.WhenAll(Enumerable.Range(0, visitors).Select(_ => VisitAsync(ct)));

    private async Task VisitAsync(CancellationToken ct)
    {
        while (!_isFinishing)
        {
            Interlocked.Increment(ref _visits);
            try
            {
                if (await OnceAsync(ct) is { } reason) Count(reason);
            }
            catch (Exception broken) when (broken is WebSocketException or IOException or HttpRequestException)
            {
                Count(broken.Message);
            }
        }
    }

    private async Task<string?> OnceAsync(CancellationToken ct)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(target) { Scheme = "ws", Path = "/live" }.Uri, ct);
        var (buffer, began, heard) = (new byte[256], clock.GetTimestamp(), 0);
        while (clock.GetElapsedTime(began) < Length)
        {
            var received = await socket.ReceiveAsync(buffer, ct);
            if (received.MessageType == WebSocketMessageType.Close) return $"closed after {heard} message(s): {received.CloseStatusDescription}";
            heard++;
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
        return null;
    }

    private void Count(string reason)
    {
        Interlocked.Increment(ref _cut);
        Reason = reason;
    }
}

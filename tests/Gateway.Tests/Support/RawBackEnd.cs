using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Platform.Contracts.Traffic;

namespace Platform.Gateway.Tests.Support;

/// <summary>A replica made of bare sockets: keeps every byte it gets and answers, or breaks, as told.</summary>
internal sealed class RawBackEnd : IAsyncDisposable
{
    /// <summary>Reads a request's head and closes without an answer.</summary>
    public static readonly Func<string, string?> CloseAfterRequest = _ => null;

    /// <summary>Answers GET, closes after anything else.</summary>
    public static readonly Func<string, string?> AnswerGetThenCloseAfterRequest =
        head => head.StartsWith("GET ", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" : null;

    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<string, string?> _answer;
    private readonly ConcurrentQueue<MemoryStream> _received = new();
    private Task _accepting = Task.CompletedTask;
    private int _requests;

    private RawBackEnd(string id, Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(128);
        Replica = new ReplicaAddress { Id = id, Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}") };
    }

    public ReplicaAddress Replica { get; }

    /// <summary>Request heads read.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What came over each connection, as Latin-1.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            lock (_received) return [.. _received.Select(r => Encoding.Latin1.GetString(r.ToArray()))];
        }
    }

    public static Task<RawBackEnd> StartAsync(string id, Func<string, string?> answer)
    {
        var backEnd = new RawBackEnd(id, answer);
        backEnd._accepting = backEnd.AcceptAsync();
        return Task.FromResult(backEnd);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                _connections.Add(ServeAsync(socket));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    /// <summary>One head at a time; a body is read along and belongs to the bytes received, not to the next head.</summary>
    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        var received = new MemoryStream();
        _received.Enqueue(received);
        var buffer = new byte[8192];
        var pending = "";
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer, _stop.Token);
                if (read == 0) return;
                lock (_received) received.Write(buffer, 0, read);
                pending += Encoding.Latin1.GetString(buffer, 0, read);
                if (!pending.Contains("\r\n\r\n", StringComparison.Ordinal)) continue;
                Interlocked.Increment(ref _requests);
                var answer = _answer(pending);
                if (answer is null) return;
                pending = "";
                await socket.SendAsync(Encoding.Latin1.GetBytes(answer), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            return;
        }
    }
}

using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Testing;

namespace Platform.Hosting.Tests.Streaming;

public sealed class SseTests
{
    private static async IAsyncEnumerable<SseItem> Numbers(int from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var i = from; i <= 3; i++) yield return new SseItem($"line {i}\nmore", "number", i.ToString());
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private static ServiceModule Streaming() => TestHost.Module(map: e => e.MapGet("/events", (HttpContext context) =>
        Sse.WriteAsync(context, Numbers(int.Parse(Sse.LastEventId(context) ?? "0") + 1))).RequireAuthorization(Roles.Viewer));

    private static async Task<List<string>> ReadAsync(StreamReader reader, int lines)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var read = new List<string>();
        while (read.Count < lines) read.Add(await reader.ReadLineAsync(patience.Token) ?? "(end)");
        return read;
    }

    [Fact]
    public async Task Stream_GoesOnAfterTheLastEventSeen()
    {
        await using var host = await TestHost.StartAsync(Streaming());
        using var client = host.Admin();
        client.DefaultRequestHeaders.Add("Last-Event-ID", "2");
        using var answer = await client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal([": connected", "", "id: 3", "event: number", "data: line 3", "data: more", ""], await ReadAsync(reader, 7));
    }

    [Fact]
    public async Task SilentStream_SendsAHeartbeat()
    {
        var clock = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync([Streaming()], [], b => b.Services.AddSingleton<TimeProvider>(clock));
        using var client = host.Admin();
        client.DefaultRequestHeaders.Add("Last-Event-ID", "3");
        using var answer = await client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await ReadAsync(reader, 2);
        var heartbeat = ReadAsync(reader, 1);
        while (!heartbeat.IsCompleted)
        {
            // The writer arms its timer only after the first bytes: the clock is moved until it has seen that.
            clock.Advance(Sse.Heartbeat);
            await Task.WhenAny(heartbeat, Task.Delay(10));
        }

        Assert.Equal(": heartbeat", (await heartbeat)[0]);
    }

    [Fact]
    public async Task Stop_EndsOpenStreams()
    {
        await using var host = await TestHost.StartAsync(Streaming());
        using var client = host.Admin();
        using var answer = await client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await ReadAsync(reader, 2);
        var stopping = host.App.StopAsync();
        Assert.EndsWith("(end)", string.Join('\n', await ReadAsync(reader, 20)), StringComparison.Ordinal);
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Text_WithALineBreakInTheId_BeginsNoFieldOfItsOwn() =>
        Assert.Equal("id: a data: b\ndata: x\n\n", Sse.Text(new SseItem("x", Id: "a\ndata: b")));
}

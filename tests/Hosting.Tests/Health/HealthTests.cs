using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Health;
using Platform.Messaging;
using Platform.Metrics.Streaming;

namespace Platform.Hosting.Tests.Health;

public sealed class HealthTests
{
    private sealed class Waiting(string? reason) : IReadinessCheck
    {
        public string Name => "thing";

        public ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken) =>
            reason == "throw" ? throw new InvalidOperationException("broken check") : ValueTask.FromResult(reason);
    }

    private sealed class Blind(string subscriber) : IMetricReading
    {
        public string Subscriber => subscriber;

        public string? WaitingFor => "reading failed at 12:00:03 UTC";
    }

    private static ServiceModule With(string? reason) => new("alpha", 0, b => b.Services.AddSingleton<IReadinessCheck>(new Waiting(reason)), _ => { });

    /// <summary>The bus connects after the ports are open.</summary>
    private static async Task<HttpResponseMessage> PollAsync(HttpClient client, Func<HttpResponseMessage, string, bool> until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await client.GetAsync("/health/ready", patience.Token);
            if (until(answer, await answer.Content.ReadAsStringAsync(patience.Token))) return answer;
            answer.Dispose();
            await Task.Delay(20, patience.Token);
        }
    }

    [Fact]
    public async Task Ready_WhenNothingIsWaitedFor()
    {
        await using var host = await TestHost.StartAsync(With(null));
        using var answer = await PollAsync(host.Anonymous(), (a, _) => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal("""{"status":"ready","service":"alpha"}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("RabbitMQ since 12:00", "thing: RabbitMQ since 12:00")]
    [InlineData("throw", "thing: broken check")]
    public async Task NotReady_TellsWhyToThoseWithAKeyOnly(string reason, string told)
    {
        await using var host = await TestHost.StartAsync(With(reason));
        using var answer = await host.Anonymous().GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.DoesNotContain("thing", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var detailed = await host.Admin().GetAsync("/health/ready");
        Assert.Contains(told, (await detailed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("waitingFor").EnumerateArray().Select(w => w.GetString()));
    }

    [Fact]
    public async Task NotReady_WhileAModuleReadsNoMetrics_TheOthersAre()
    {
        var blind = new ServiceModule("alpha", 0, b => b.Services.AddSingleton<IMetricReading>(new Blind("alpha")), _ => { });
        await using var host = await TestHost.StartAsync(blind, TestHost.Module("beta"));

        using var detailed = await host.Admin().GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, detailed.StatusCode);
        Assert.Contains(
            "metrics: reading failed at 12:00:03 UTC",
            (await detailed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("waitingFor").EnumerateArray().Select(w => w.GetString()));
        await PollAsync(host.Anonymous("beta"), (answer, _) => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Metrics_AreServedOnEveryControlPort()
    {
        await using var host = await TestHost.StartAsync(TestHost.Module("alpha"), TestHost.Module("beta"));
        foreach (var module in new[] { "alpha", "beta" })
        {
            using var answer = await host.Anonymous(module).GetAsync("/metrics");
            Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Heartbeat_ReportsEachModule()
    {
        var reports = new System.Collections.Concurrent.ConcurrentDictionary<string, ServiceReported>();
        var module = new ServiceModule("alpha", 0, b =>
        {
            b.Services.AddSingleton(reports);
            b.AddModuleMessaging("alpha", bus => bus.AddConsumer<Listener>(stateless: true));
        }, _ => { });
        await using var host = await TestHost.StartAsync([module, TestHost.Module("beta")], ["--Heartbeat:Interval=200ms"]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (reports.Count < 2) await Task.Delay(20, patience.Token);
        Assert.Equal(host.Address("beta"), reports["beta"].Address);
        Assert.Equal(reports["alpha"].CorrelationId, reports["beta"].CorrelationId);
    }

    public sealed class Listener(System.Collections.Concurrent.ConcurrentDictionary<string, ServiceReported> reports) : IConsumer<ServiceReported>
    {
        public Task Consume(ConsumeContext<ServiceReported> context)
        {
            reports[context.Message.Service] = context.Message;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Stop_LetsTheRequestUnderWayFinish()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var module = TestHost.Module(map: e => e.MapGet("/slow", async () =>
        {
            entered.SetResult();
            await release.Task;
            return "finished";
        }).RequireAuthorization(Roles.Viewer));
        await using var host = await TestHost.StartAsync(module);
        using var client = host.Admin();
        var answer = client.GetStringAsync("/slow");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var stopping = host.App.StopAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        Assert.Equal("finished", await answer.WaitAsync(TimeSpan.FromSeconds(30)));
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
    }
}

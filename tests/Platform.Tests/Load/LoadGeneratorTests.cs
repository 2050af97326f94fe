using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.CommandLine.Load;

namespace Platform.CommandLine.Tests.Load;

public sealed class LoadGeneratorTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_CountsEveryRequestAndBlamesEachFailureOnItsPhase()
    {
        // By the moment at which a request was meant to be sent, not by a switch in the server: on a busy machine many are sent late.
        var turn = TimeSpan.FromSeconds(1);
        var profile = RateProfile.Constant(200, 2 * turn);
        await using var server = await StartAsync(context => context.Response.WriteAsync(context.Request.Path == "/stream" ? "end\n" : "{}"));
        using var load = new LoadGenerator(
            new LoadOptions
            {
                Target = Address(server),
                Profile = profile,
                Timeout = TimeSpan.FromMinutes(1),
                Inspect = (in LoadRequest _, TimeSpan intended, int _, string _) => intended < turn ? null : "not as ordered",
            },
            TimeProvider.System);
        load.Recorder.BeginPhase("good", TimeSpan.Zero);
        load.Recorder.BeginPhase("bad", turn);

        await load.RunAsync(Cancellation);

        var arrivals = PoissonArrivals.Over(profile, 1).ToList();
        Assert.Collection(
            load.Recorder.Phases(),
            good => Assert.Equal((arrivals.LongCount(a => a < turn), 0L), (good.Requests, good.Failures)),
            bad =>
            {
                Assert.Equal((arrivals.LongCount(a => a >= turn), arrivals.LongCount(a => a >= turn)), (bad.Requests, bad.Failures));
                Assert.Equal("not as ordered", Assert.Single(bad.Reasons).Key);
            });
    }

    [Fact]
    public async Task Run_AnswersOf5xx_AreFailures()
    {
        await using var server = await StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("{}");
        });
        using var load = Load(server, RateProfile.Constant(50, TimeSpan.FromSeconds(0.4)));
        await load.RunAsync(Cancellation);
        var phase = load.Recorder.Phases().Single();
        Assert.Equal(phase.Requests, phase.Failures);
        Assert.Equal("status 503", Assert.Single(phase.Reasons).Key);
    }

    /// <summary>The server stalls for a second: a closed loop would send one slow request, an open loop makes all that were due wait.</summary>
    [Fact]
    public async Task Run_ServerStalls_LatencyCountsFromTheIntendedMoment()
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var server = await StartAsync(async context =>
        {
            var left = TimeSpan.FromSeconds(1) - TimeProvider.System.GetElapsedTime(started);
            if (left > TimeSpan.Zero) await Task.Delay(left);
            await context.Response.WriteAsync(context.Request.Path == "/stream" ? "end\n" : "{}");
        });
        started = TimeProvider.System.GetTimestamp();
        using var load = Load(server, RateProfile.Constant(100, TimeSpan.FromSeconds(1)));
        await load.RunAsync(Cancellation);
        Assert.InRange(load.Recorder.Phases().Single().Latency.Quantile(0.5), 0.3, 5);
    }

    [Fact]
    public async Task Run_NobodyListens_EveryRequestFails()
    {
        using var load = new LoadGenerator(new LoadOptions { Target = new Uri("http://127.0.0.1:1"), Profile = RateProfile.Constant(50, TimeSpan.FromSeconds(0.5)) }, TimeProvider.System);
        await load.RunAsync(Cancellation);
        var phase = load.Recorder.Phases().Single();
        Assert.Equal(phase.Requests, phase.Failures);
        Assert.Contains("connection failed", phase.Reasons.Keys.Single());
    }

    [Fact]
    public async Task Run_CutAnswer_IsAFailure()
    {
        await using var server = await StartAsync(context => context.Response.WriteAsync("{\"half\":"));
        using var load = Load(server, RateProfile.Constant(50, TimeSpan.FromSeconds(0.4)));
        await load.RunAsync(Cancellation);
        Assert.Equal("answer cut", Assert.Single(load.Recorder.Phases().Single().Reasons).Key);
    }

    [Fact]
    public async Task Run_MoreThanTheBoundInFlight_FailUnsent()
    {
        var released = new TaskCompletionSource();
        await using var server = await StartAsync(async context =>
        {
            await released.Task;
            await context.Response.WriteAsync(context.Request.Path == "/stream" ? "end\n" : "{}");
        });
        using var load = new LoadGenerator(new LoadOptions { Target = Address(server), Profile = RateProfile.Constant(100, TimeSpan.FromSeconds(1)), MostInFlight = 5 }, TimeProvider.System);
        var run = load.RunAsync(Cancellation);
        while (load.Recorder.Phases().Sum(p => p.Requests) == 0) await Task.Delay(5, Cancellation);
        Assert.True(load.InFlight <= 5);
        released.SetResult();
        await run;
        Assert.Contains("not sent", load.Recorder.Phases().Single().Reasons.Keys.Single());
    }

    private static LoadGenerator Load(WebApplication server, RateProfile profile) =>
        new(new LoadOptions { Target = Address(server), Profile = profile }, TimeProvider.System);

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Cancellation);
        return app;
    }

    private static Uri Address(WebApplication server) =>
        new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}

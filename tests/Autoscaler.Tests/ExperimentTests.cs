using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Autoscaler.Anomalies.Causes;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Autoscaler.History;
using Platform.Contracts.Deployments;
using Platform.Contracts.Experiments;
using Platform.Contracts.Health;
using Platform.Contracts.Metrics;
using Platform.Contracts.Replicas;
using Platform.Contracts.Scaling;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Autoscaler.Tests;

/// <summary>What the bus says of experiments and alerts, as the history, the decisions and the causes of anomalies show it.</summary>
public sealed class ExperimentTests
{
    private const string Shop = "shop";

    [Fact]
    public async Task AnExperiment_OnlyLetsItGrowUntilItEnds_AlsoThroughARestart()
    {
        var owner = new RecordingOwner();
        using var folder = new TemporaryFolder();
        var (started, ended) = Experiment(DateTimeOffset.UtcNow.AddSeconds(-90), TimeSpan.FromMinutes(10));
        await using (var first = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], data: folder.Path))
        {
            await DeployAsync(first, replicas: 4);
            await first.PublishAsync(started);
            using var client = first.Admin("autoscaler");
            await ReasonAsync(first, client, "While experiment kill-one runs it only grows");
        }

        await using var second = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module], data: folder.Path);
        using var again = second.Admin("autoscaler");
        await ReasonAsync(second, again, "While experiment kill-one runs it only grows");
        Assert.DoesNotContain(owner.Commands, command => command.Replicas < 4);
        var left = await again.GetFromJsonAsync<JsonElement>("/predictions?application=shop");
        Assert.Equal("experiment kill-one", Assert.Single(left.GetProperty("leftOut").EnumerateArray()).GetProperty("cause").GetString());

        second.Measure(Shop, 5, new MetricSample(MetricNames.Requests, "v1", "r1", 300));
        await ModuleHost.UntilAsync(() => owner.Commands.Any(command => command.Replicas == 6), "more replicas for more requests"); // 300 ÷ 50
        Assert.Contains("Nothing is learned from it: experiment kill-one runs.", owner.Commands.Last(command => command.Replicas == 6).Reason);

        await second.PublishAsync(ended);
        await UntilShrinkingAsync(second, owner);
    }

    [Fact]
    public async Task AnEndThatOvertakesItsStart_IsNotForgotten()
    {
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module]);
        await DeployAsync(host, replicas: 4);
        var (started, ended) = Experiment(DateTimeOffset.UtcNow.AddMinutes(-3), TimeSpan.FromMinutes(10));
        await host.PublishAsync(ended);
        var change = await ChangeAsync(host, ended.CorrelationId, "Experiment kill-one: Nothing broke.");
        Assert.Equal((started.At, ended.At), (change.At, change.Ended));
        await host.PublishAsync(started);
        await host.PublishAsync(started);

        change = await ChangeAsync(host, ended.CorrelationId, "ann ran experiment kill-one: replica_kill on 1 of 4 replicas");
        Assert.Equal((ChangeKind.Experiment, started.At, ended.At), (change.Kind, change.At, change.Ended));
        var history = host.App.Services.GetRequiredService<FleetHistory>();
        await ModuleHost.UntilAsync(() => history.Find(Shop)?.Masks().Any(mask => mask.Kind is MaskKind.Experiment) == true, "the experiment's mask");
        var mask = Assert.Single(history.Find(Shop)!.Masks(), mask => mask.Kind is MaskKind.Experiment);
        Assert.Equal((started.At, ended.At), (mask.Begins, mask.Ends!.Value));
        await UntilShrinkingAsync(host, owner);
    }

    [Fact]
    public async Task AnExperimentThatBegan_IsOverWhenPlanned_IfItsEndNeverComes()
    {
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module]);
        await DeployAsync(host, replicas: 4);
        var (started, _) = Experiment(DateTimeOffset.UtcNow.AddMinutes(-30), TimeSpan.FromMinutes(20));
        await host.PublishAsync(started);
        Assert.Equal(started.At.AddMinutes(25), (await ChangeAsync(host, started.CorrelationId, "ann ran experiment kill-one: replica_kill on 1 of 4 replicas")).Ended);
        await UntilShrinkingAsync(host, owner);
    }

    [Fact]
    public async Task AnAnomalyRightAfterAnExperiment_NamesItAsTheLikeliestCause()
    {
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module]);
        using var client = host.Admin("autoscaler");
        var end = DateTimeOffset.UtcNow;
        var (started, ended) = Experiment(end.AddMinutes(-9), TimeSpan.FromMinutes(10));
        ended = ended with { At = end.AddMinutes(-2) };
        await host.PublishAsync(new ApplicationScaled { Application = Shop, At = end.AddMinutes(-2), CorrelationId = Guid.NewGuid(), From = 2, To = 3, RequestedBy = "autoscaler", Reason = "Load." });
        await host.PublishAsync(started);
        await host.PublishAsync(ended);
        var history = host.App.Services.GetRequiredService<FleetHistory>();
        await ModuleHost.UntilAsync(() => history.Find(Shop)?.Masks().Any(mask => mask.Ends is not null) == true, "the end of the mask");

        using var watch = ActivatorUtilities.CreateInstance<AnomalyWatch>(host.App.Services);
        var (series, random, now) = (new SeriesHistory(MetricNames.Errors), new Random(3), FleetHistory.MinuteOf(end));
        Task MeasureAsync(long minute, double value) => watch.TakeAsync(new ClosedMinute(minute, [new ClosedSample(Shop, series, ValueCode.Encode(value))]), CancellationToken.None);
        for (var minute = now - SeriesWatch.WarmUp - 100; minute < now; minute++)
        {
            // What the experiment itself breaks is neither told nor learned.
            await MeasureAsync(minute, minute > now - 8 && minute < now - 3 ? 400 : 1 + random.NextDouble());
        }

        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>("/anomalies?application=shop")).GetProperty("items").GetArrayLength());
        await MeasureAsync(now, 40);
        var page = await ModuleHost.UntilAsync(client, "/anomalies?application=shop&open=true", p => p.GetProperty("items").GetArrayLength() > 0);
        var causes = page.GetProperty("items")[0].GetProperty("causes");
        Assert.Equal(("experiment", started.CorrelationId), (causes[0].GetProperty("kind").GetString(), causes[0].GetProperty("correlationId").GetGuid()));
    }

    [Theory]
    [InlineData("critical", true)]
    [InlineData("warning", false)]
    public async Task AnAlert_MasksAndOnlyLetsItGrow_IfItIsCritical(string severity, bool respected)
    {
        var owner = new RecordingOwner();
        await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, owner.Module]);
        await DeployAsync(host, replicas: 4);
        var (id, now) = (Guid.NewGuid(), DateTimeOffset.UtcNow);
        await host.PublishAsync(new AlertRaised { Application = Shop, At = now, CorrelationId = id, Rule = "error-rate", Severity = severity, Message = "Many fail.", Value = 1, Threshold = 0.05 });
        using var client = host.Admin("autoscaler");
        if (respected) await ReasonAsync(host, client, "While alert error-rate lasts it only grows");
        await host.PublishAsync(new AlertResolved { Application = Shop, At = now.AddSeconds(1), CorrelationId = id, Rule = "error-rate", Duration = TimeSpan.FromSeconds(1) });
        await UntilShrinkingAsync(host, owner);
        var left = await client.GetFromJsonAsync<JsonElement>("/predictions?application=shop");
        Assert.Equal(respected ? ["alert error-rate"] : [], left.GetProperty("leftOut").EnumerateArray().Select(gap => gap.GetProperty("cause").GetString()));
    }

    private static (ExperimentStarted, ExperimentEnded) Experiment(DateTimeOffset at, TimeSpan planned)
    {
        var started = new ExperimentStarted
        {
            Application = Shop, At = Whole(at), CorrelationId = Guid.NewGuid(), Name = "kill-one", Hypothesis = "99 % of the requests succeed.", Faults = ["replica_kill on 1 of 4 replicas"],
            PlannedDuration = planned, RequestedBy = "ann",
        };
        return (started, new ExperimentEnded
        {
            Application = Shop, At = started.At.AddSeconds(90), CorrelationId = started.CorrelationId, Name = "kill-one", Outcome = "held", Message = "Nothing broke.", Duration = TimeSpan.FromSeconds(90),
        });
    }

    /// <summary>Databases keep microseconds.</summary>
    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    private static async Task ReasonAsync(ModuleHost host, HttpClient client, string reason)
    {
        await ModuleHost.UntilAsync(client, "/recommendations", page =>
        {
            Idle(host);
            return page.GetProperty("items").EnumerateArray().Any(item => item.GetProperty("reason").GetString()?.Contains(reason, StringComparison.Ordinal) == true);
        });
    }

    /// <summary>However often it is said, it adds up to nothing.</summary>
    private static void Idle(ModuleHost host) => host.Measure(Shop, 5, new MetricSample(MetricNames.Requests, "v1", "r1", 0));

    private static Task UntilShrinkingAsync(ModuleHost host, RecordingOwner owner) => ModuleHost.UntilAsync(
        () =>
        {
            Idle(host);
            return owner.Commands.Any(command => command.Replicas == 1);
        },
        "fewer replicas");

    private static async Task<Change> ChangeAsync(ModuleHost host, Guid id, string description)
    {
        var database = host.App.Services.GetRequiredKeyedService<Database>(AutoscalerModule.Name);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var changes = await database.ReadAsync(reader => AnomalyStore.ChangesAsync(reader, Shop, DateTimeOffset.UtcNow), deadline.Token);
            if (changes.FirstOrDefault(change => change.Id == id && change.Description == description) is { } found) return found;
            await Task.Delay(20, deadline.Token);
        }
    }

    private static async Task DeployAsync(ModuleHost host, int replicas)
    {
        var (rollout, now) = (Guid.NewGuid(), DateTimeOffset.UtcNow);
        var scaling = new ScalingSettings
        {
            Metrics = [new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = 50 }],
            Behavior = new ScalingBehavior
            {
                SyncPeriod = TimeSpan.FromMilliseconds(200),
                ScaleDown = new ScalingRules { Policies = [ScalingPolicy.OfPercent(100, TimeSpan.FromSeconds(15))] },
            },
        };
        using var client = host.Admin("autoscaler");
        await host.PublishAsync(new RolloutStarted { Application = Shop, At = now, CorrelationId = rollout, Revision = "v1", Strategy = "rolling", RequestedBy = "test", Scaling = scaling });
        await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items").GetArrayLength() == 1);
        await host.PublishAsync(new DeploymentCompleted { Application = Shop, At = now, CorrelationId = rollout, Revision = "v1", Duration = TimeSpan.Zero });
        for (var i = 0; i < replicas; i++)
        {
            await host.PublishAsync(new ReplicaStarted { Application = Shop, At = now, CorrelationId = rollout, Replica = $"r{i}", Revision = "v1", Address = new Uri($"http://127.0.0.1:{i + 1}"), StartupDuration = TimeSpan.Zero });
        }

        await host.PublishAsync(new ApplicationScaled { Application = Shop, At = now, CorrelationId = Guid.NewGuid(), From = 1, To = replicas, RequestedBy = "deployment", Reason = "It was deployed." });
        await ModuleHost.UntilAsync(client, "/recommendations", page => page.GetProperty("items")[0].GetProperty("current").GetInt32() == replicas
            && !page.ToString().Contains("the first, is under way", StringComparison.Ordinal));
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Autoscaler;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Metrics;
using Platform.Contracts.Scaling;
using Platform.Effects;
using Platform.Hosting.Json;
using Platform.Messaging;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Integration.Tests.Scaling;

/// <summary>Two autoscalers on one PostgreSQL and one RabbitMQ, and the owner of replicas beside them, each a host of its own.</summary>
[Collection(ServersTakenAway.Name)]
public sealed class SeveralAutoscalersTests(PostgresServer postgres, RabbitMqServer rabbit)
{
    /// <summary>How long the broker stays away.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);

    /// <summary>The lease of who was killed runs out; whoever lost the broker comes back to it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_decides_the_other_takes_over_and_what_is_decided_without_a_broker_arrives_once()
    {
        Assert.SkipWhen((postgres.Missing ?? rabbit.Missing) is not null, postgres.Missing ?? rabbit.Missing ?? "");
        string[] settings =
        [
            "--Storage:Kind=postgresql", $"--Storage:ConnectionString={await postgres.CreateDatabaseAsync()}", "--Bus:Transport=rabbitMq", $"--Bus:Uri={rabbit.TakeVirtualHost()}",
        ];
        var owner = new RecordingOwner();
        await using var owning = await ModuleHost.StartAsync([owner.Module], settings);
        var instances = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => BeginAsync(settings)));
        try
        {
            foreach (var host in instances.Select(instance => instance.Host).Append(owning))
                await Eventually.HoldsAsync(() => host.App.Services.GetRequiredService<IMessagingStatus>().WaitingFor.Count == 0, "the bus", Longest);
            await ScaledApplication.DeployAsync(instances[0].Host, new MetricTarget { Name = MetricNames.RequestsPerSecond, Target = 50 });
            await AskedAsync(instances, owner, requests: 200, replicas: 4);
            var leader = Assert.Single(instances, instance => instance.Host.App.Services.GetRequiredService<Leadership>().IsHeld);
            var other = instances.Single(instance => instance != leader);

            leader.Effects.Kill();
            await leader.EndAsync();
            await AskedAsync([other], owner, requests: 400, replicas: 8);
            Assert.True(other.Host.App.Services.GetRequiredService<Leadership>().IsHeld);

            // What was asked has arrived, but may not be confirmed yet: it would be taken for the one that waits.
            await Eventually.HoldsAsync(async () => await WaitingAsync(other) == 0, "what was asked is confirmed", Longest);
            await rabbit.StopAsync();
            var away = TimeProvider.System.GetTimestamp();
            try
            {
                await Eventually.HoldsAsync(
                    async () =>
                    {
                        other.Measure(1600);
                        return await WaitingAsync(other) == 1;
                    },
                    "a decision waits for the broker", Longest);

                var before = owner.Commands.Count;

                // Its outcome is not known, so nothing else is decided, whatever is asked meanwhile.
                while (TimeProvider.System.GetElapsedTime(away) < Outage)
                {
                    other.Measure(1600);
                    Assert.Equal(1, await WaitingAsync(other));
                    await Task.Delay(200, TestContext.Current.CancellationToken);
                }

                Assert.Equal(before, owner.Commands.Count);
            }
            finally
            {
                await rabbit.StartAsync();
            }

            await AskedAsync([other], owner, requests: 1600, replicas: 32);

            // What is on the list, by whichever instance, is what the owner was asked, each once and in that order.
            var decided = (await other.Database.ReadAsync(reader => DecisionStore.PageAsync(reader, "shop", long.MaxValue, 1_000)))
                .OrderBy(line => line.Sequence).Select(line => JsonSerializer.Deserialize<ScalingDecision>(line.Decision, PlatformJson.Options)!)
                .Where(decision => decision.Outcome is ScalingOutcome.Scale).Select(decision => decision.Desired).ToList();
            await Eventually.HoldsAsync(() => owner.Commands.Count >= decided.Count, "all of them arrive", Longest);
            Assert.Equal(decided, owner.Commands.Take(decided.Count).Select(command => command.Replicas));
        }
        finally
        {
            foreach (var instance in instances) await instance.EndAsync();
        }
    }

    /// <summary>The same load on both streams, as both would read it from a broker, until what it asks for was asked of the owner.</summary>
    private static Task AskedAsync(IReadOnlyList<Instance> instances, RecordingOwner owner, double requests, int replicas) => Eventually.HoldsAsync(
        () =>
        {
            foreach (var instance in instances) instance.Measure(requests);
            return owner.Commands.Any(command => command.Replicas == replicas);
        },
        $"{replicas} replicas are asked for", Longest);

    private static Task<long> WaitingAsync(Instance instance) =>
        instance.Database.ReadAsync(reader => reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM outbox_message WHERE sent_at IS NULL AND type LIKE '%ScaleApplication%'"));

    private static async Task<Instance> BeginAsync(string[] settings)
    {
        var effects = new KillingEffects();
        return new Instance(await ModuleHost.StartAsync([AutoscalerModule.Module], settings, configure: builder => builder.Services.AddSingleton<IEffects>(effects)), effects);
    }

    private sealed record Instance(ModuleHost Host, KillingEffects Effects)
    {
        private bool _ended;
        private long _measured;

        public Database Database => Host.App.Services.GetRequiredKeyedService<Database>(AutoscalerModule.Name);

        /// <summary>The second that is over, once, as the gateway measures it.</summary>
        public void Measure(double requests)
        {
            var second = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            if (second == _measured) return;
            _measured = second;
            Host.Measure("shop", 1, new MetricSample(MetricNames.Requests, "v1", "r1", requests));
        }

        public async Task EndAsync()
        {
            if (_ended) return;
            _ended = true;
            try
            {
                await Host.DisposeAsync();
            }
            catch (Exception) when (Effects.Dead)
            {
                // What is dead does not say good-bye; its connections are gone now, as the kernel would have closed them.
                _ended = true;
            }
        }
    }
}

using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Contracts;
using Platform.Contracts.Anomalies;
using Platform.Contracts.Scaling;
using Platform.Effects;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.Killed;

/// <summary>What a killed autoscaler left in its outbox, over a real bus: sent at the next start, and again at the one after; it has its effect once.</summary>
public sealed class TwoStartsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatWasCommittedBeforeAKill_HasItsEffectOnceOverTwoStarts()
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.Zero));
        await using (var life = new Life(_folder.Path, clock, UnhinderedEffects.Instance))
        {
            await life.DeployAsync();
            await life.DecideAsync();
            for (var minute = 0; minute < SeriesWatch.WarmUp + 62; minute++) await life.MinuteAsync(minute == SeriesWatch.WarmUp + 60 ? 40 : 1 + new Random(minute).NextDouble());
            Assert.Equal((1, 1), (await life.SentAsync<ScaleApplication>(), await life.SentAsync<AnomalyDetected>()));
        }

        for (var start = 1; start <= 2; start++)
        {
            await using var host = await ModuleHost.StartAsync([AutoscalerModule.Module, Listener], data: _folder.Path);
            var database = host.App.Services.GetRequiredKeyedService<Database>("deployment");

            // One more event tells when the ones before it have been heard.
            var last = Guid.NewGuid();
            await host.App.Services.GetRequiredKeyedService<Database>(AutoscalerModule.Name).TransactAsync(transaction => transaction.PublishAsync(new AnomalyEnded
            {
                Application = "shop", At = clock.GetUtcNow(), CorrelationId = last, Metric = "errors", Outcome = "returned", Duration = TimeSpan.Zero,
            }));
            IReadOnlyList<string> heard = [];
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!heard.Contains($"AnomalyEnded {last}") || heard.Count < 2 + start)
            {
                await Task.Delay(50, deadline.Token);
                heard = await database.ReadAsync(reader => reader.QueryAsync<string>("SELECT what FROM heard"));
            }

            Assert.Equal(["AnomalyDetected 1", $"AnomalyEnded {start}", "ScaleApplication 1"], heard.GroupBy(what => what.Split(' ')[0]).Select(kind => $"{kind.Key} {kind.Count()}").Order(StringComparer.Ordinal));
        }
    }

    private static ServiceModule Listener { get; } = new("deployment", 0, builder =>
    {
        builder.AddModuleDatabase("deployment", [new Migration(1, "heard", "CREATE TABLE heard (what TEXT NOT NULL)")]);
        builder.AddModuleMessaging("deployment", bus =>
        {
            bus.AddConsumer<Ear>();
            bus.HandlesCommand<ScaleApplication>();
        });
    }, _ => { });

    internal sealed class Ear : IConsumer<ScaleApplication>, IConsumer<AnomalyDetected>, IConsumer<AnomalyEnded>
    {
        public Task Consume(ConsumeContext<ScaleApplication> context) => HearAsync(context);

        public Task Consume(ConsumeContext<AnomalyDetected> context) => HearAsync(context);

        public Task Consume(ConsumeContext<AnomalyEnded> context) => HearAsync(context);

        private static Task HearAsync<T>(ConsumeContext<T> context) where T : class, IMessage =>
            context.Transaction().ExecuteAsync("INSERT INTO heard (what) VALUES (@what)", new { what = $"{typeof(T).Name} {context.Message.CorrelationId}" });
    }
}

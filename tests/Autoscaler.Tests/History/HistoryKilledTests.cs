using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Autoscaler.Decisions;
using Platform.Autoscaler.History;
using Platform.Contracts.Metrics;
using Platform.Effects;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Autoscaler.Tests.History;

/// <summary>Killed at any statement and commit of what it writes, over the turn of a day: after the next start at most one minute is missing.</summary>
public sealed class HistoryKilledTests : IDisposable
{
    private const int Minutes = 6;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunOnce_KilledAtAnyEffect_TheNextStartMissesNoMinuteThatWasOver()
    {
        var learned = new KillingEffects();
        await using (var life = new Life(_folder.File("learned"), Clock(), learned)) await life.LiveAsync(Minutes);
        Assert.True(learned.Passed.Count > Minutes * 3, $"only {learned.Passed.Count} effects");

        for (var k = 1; k <= learned.Passed.Count; k++)
        {
            foreach (var after in (bool[])[false, true]) await KilledAsync(k, after);
        }
    }

    private async Task KilledAsync(int k, bool after)
    {
        var (data, clock) = (_folder.File($"{k}-{after}"), Clock());
        int lived;
        await using (var life = new Life(data, clock, new KillingEffects(k, after))) lived = await life.LiveAsync(Minutes);
        await using var next = new Life(data, clock, UnhinderedEffects.Instance);
        await next.LiveAsync(2);
        var values = next.History.Minutes("shop", MetricNames.Requests, lived + 1).Values.ToArray();
        var missing = values.Count(double.IsNaN);
        Assert.True(missing <= 1, $"effect {k}, after {after}: {missing} of {values.Length} minutes are missing");
    }

    [Fact]
    public async Task RunOnce_TheDayIsOver_ItBecomesARowPerSeriesAndIsReadBack()
    {
        var (data, clock) = (_folder.File("fold"), new ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 22, 30, 0, TimeSpan.Zero)));
        await using (var life = new Life(data, clock, UnhinderedEffects.Instance))
        {
            await life.LiveAsync(100);
            var (minutes, days) = await life.RowsAsync();
            Assert.InRange(minutes, 5, 12);
            Assert.Equal(1, days);
        }

        await using var next = new Life(data, clock, UnhinderedEffects.Instance);
        await next.LiveAsync(1);
        Assert.True(next.History.Minutes("shop", MetricNames.Requests, 95).Values.ToArray().Count(double.IsNaN) <= 1);
        Assert.Equal(5, next.History.Hours("shop", MetricNames.Requests, 1).Values[0], 0.05);
    }

    private static ManualTimeProvider Clock() => new(new DateTimeOffset(2026, 1, 1, 23, 57, 0, TimeSpan.Zero));

    /// <summary>The keeper from a start to its end, however it comes.</summary>
    private sealed class Life : IAsyncDisposable
    {
        private readonly IHost _host;
        private readonly ManualTimeProvider _time;
        private readonly Leadership _leadership;
        private readonly HistoryKeeper _keeper;

        public Life(string data, ManualTimeProvider time, IEffects effects)
        {
            Directory.CreateDirectory(data);
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { Args = ["--Data", data] });
            builder.Configuration["Data"] = data;
            builder.Services.AddSingleton<TimeProvider>(time).AddSingleton(effects);
            builder.AddModuleDatabase(AutoscalerModule.Name, AutoscalerTables.Migrations);
            _host = builder.Build();
            _time = time;
            Database = _host.Services.GetRequiredKeyedService<Database>(AutoscalerModule.Name);
            History = new FleetHistory(time);
            _leadership = new Leadership(Database, time);
            _keeper = new HistoryKeeper(Database, History, _leadership, time, NullLogger<HistoryKeeper>.Instance);
        }

        public FleetHistory History { get; }

        private Database Database { get; }

        /// <returns>How many minutes it lived.</returns>
        public async Task<int> LiveAsync(int minutes)
        {
            for (var second = 0; second < minutes * 60; second++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                History.Add(new MetricBatch { Source = "test", Application = "shop", At = _time.GetUtcNow(), Interval = TimeSpan.FromSeconds(1), Samples = [new(MetricNames.Requests, "v1", "a", 5)] });
                if (second % 5 != 0) continue;
                try
                {
                    await _keeper.RunOnceAsync(CancellationToken.None);
                }
                catch (KilledException)
                {
                    return second / 60;
                }
            }

            return minutes;
        }

        public Task<(long Minutes, long Days)> RowsAsync() => Database.ReadAsync(async reader => (
            await reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM history_minutes"),
            await reader.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM history_days")));

        public async ValueTask DisposeAsync()
        {
            _keeper.Dispose();
            _leadership.Dispose();
            if (_host is IAsyncDisposable host) await host.DisposeAsync();
        }
    }
}

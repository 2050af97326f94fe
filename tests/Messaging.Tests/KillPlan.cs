using Platform.Testing;

namespace Platform.Messaging.Tests;

/// <summary>
/// A scenario over two modules and a saga, killed before and after each of its effects, in memory on SQLite; then started again. What was
/// accepted is done exactly once, what was not is never seen, and nothing is left waiting.
/// </summary>
public sealed class KillPlan(ITestOutputHelper output)
{
    /// <summary>Every how manieth effect is tried; <c>PLATFORM_TEST_KILLS=all</c>: each.</summary>
    private static readonly int Step = Environment.GetEnvironmentVariable("PLATFORM_TEST_KILLS") == "all" ? 1 : 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KilledAtAnyEffect_EachMessageHasOneOutcome(bool after)
    {
        var effects = new KillingEffects();
        Assert.True(await RunAsync(effects), "Without a kill the work is accepted.");
        var count = effects.Passed.Count;
        var (accepted, kills) = (0, 0);
        for (var at = 1 + (after ? 1 : 0); at <= count; at += Step)
        {
            var killing = new KillingEffects(at, after);
            if (await RunAsync(killing)) accepted++;
            if (killing.Dead) kills++;
        }

        output.WriteLine($"{count} effects, {kills} kills {(after ? "after" : "before")} one, {accepted} times accepted.");
        Assert.InRange(kills, count / Step / 2, count);
        Assert.InRange(accepted, 1, kills + 1);
    }

    /// <returns>Whether the work was accepted: its commit reached the disk.</returns>
    private static async Task<bool> RunAsync(KillingEffects effects)
    {
        using var folder = new TemporaryFolder();
        var settings = new KeyValuePair<string, string?>[] { new("Data", folder.Path) };
        var id = Guid.NewGuid();
        await using (var first = await TestHost.StartAsync(settings, effects))
        {
            try
            {
                await first.Worker.TransactAsync(async t =>
                {
                    await t.SendAsync(new DoWork { CorrelationId = id });
                    await t.PublishAsync(new TallyAdded { CorrelationId = id });
                    await t.PublishAsync(new TallyAdded { CorrelationId = id });
                    await t.ExecuteAsync("INSERT INTO handled (id, what, times) VALUES (@id, 'accepted', 1)", new { id });
                });
                await Eventually.HoldsAsync(async () => effects.Dead || await IsQuietAsync(first, id), "the kill, or the end without one");
            }
            catch (KilledException)
            {
                Assert.True(effects.Dead);
            }
        }

        await using var second = await TestHost.StartAsync(settings);
        var accepted = await second.TimesAsync(second.Worker, id, "accepted") == 1;
        if (accepted) await Eventually.HoldsAsync(() => IsQuietAsync(second, id), "all of it after the restart");
        else await second.QuietAsync(() => Task.FromResult(true), "quiet");
        var once = accepted ? 1 : 0;
        foreach (var (database, what) in new[] { (second.Worker, "work"), (second.Watcher, "watch"), (second.Watcher, "stands at 1"), (second.Watcher, "stands at 2") })
            Assert.True(once == await second.TimesAsync(database, id, what), $"{what}: {once} expected, accepted: {accepted}, killed with {effects.Passed.Count} effects passed: {string.Join(", ", effects.Passed.TakeLast(3))}");
        Assert.Equal(2 * once, await second.Worker.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT count FROM tally WHERE id = @id", new { id })));
        Assert.Equal(0, await second.Worker.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM dead_letter")));
        return accepted;
    }

    private static async Task<bool> IsQuietAsync(TestHost host, Guid id)
        => await host.TimesAsync(host.Watcher, id, "watch") >= 1
            && await host.TimesAsync(host.Watcher, id, "stands at 2") >= 1
            && await host.TimesAsync(host.Watcher, id, "stands at 1") >= 1
            && await TestHost.WaitingAsync(host.Worker) + await TestHost.WaitingAsync(host.Watcher) == 0;
}

using FsCheck;
using FsCheck.Fluent;
using Platform.HealthMonitor.Subscriptions;

namespace Platform.HealthMonitor.Tests.Subscriptions;

public sealed class BackoffTests
{
    [Fact]
    public void After_AnyAttempt_DoublesUpToTheCapWithinItsSpread() =>
        Prop.ForAll((from attempt in Gen.Choose(1, 1000) from seed in Gen.Choose(0, 10_000) select (attempt, seed)).ToArbitrary(), t =>
        {
            var plain = Math.Min(300, Math.Pow(2, Math.Min(t.attempt - 1, 40)));
            var seconds = Backoff.After(t.attempt, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), new Random(t.seed)).TotalSeconds;
            return seconds >= plain * 0.8 - 1e-6 && seconds <= plain * 1.2 + 1e-6;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void After_DifferentSeeds_Spreads() => Assert.True(
        Enumerable.Range(0, 20).Select(seed => Backoff.After(3, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), new Random(seed))).Distinct().Count() > 10);
}

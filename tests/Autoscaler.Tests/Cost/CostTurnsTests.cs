using Platform.Autoscaler.Cost;

namespace Platform.Autoscaler.Tests.Cost;

public sealed class CostTurnsTests
{
    private const int Fleet = 6_000;

    [Fact]
    public void TenMinutes_OfALargeFleet_AreEvenWork()
    {
        var fleet = Enumerable.Range(0, Fleet).Select(number => new CostTurns { Number = number }).ToList();
        var pass = CostTurns.Pass(Fleet);
        List<int> settled = [], saved = [], sampled = [];
        for (var s = 0; s < 600; s++)
        {
            var now = Days.Start.AddSeconds(s);
            foreach (var slice in fleet.GroupBy(turns => turns.Slice))
            {
                settled.Add(slice.Count(turns => Settle(turns, now, pass)));
                saved.Add(slice.Count(turns => turns.IsToSave(now)));
                sampled.Add(slice.Count(turns => turns.IsToSample(now, TimeSpan.FromSeconds(30))));
            }
        }

        // Once all of it has had its first turn.
        Assert.All(settled.Skip(200), count => Assert.Equal(Fleet / 10 / pass, count));
        Assert.All(saved.Skip(1000), count => Assert.Equal(Fleet / 10 / 60, count));
        Assert.All(sampled.Skip(1000), count => Assert.Equal(Fleet / 10 / 30, count));
    }

    [Fact]
    public void IsToSave_SecondsAreSkipped_NobodyWaitsLongerThanAMinuteAndTheGap()
    {
        var random = new Random(5);
        foreach (var turns in Enumerable.Range(0, 200).Select(number => new CostTurns { Number = number }))
        {
            var (now, saved) = (Days.Start, Days.Start);
            turns.IsToSave(now);
            for (var i = 0; i < 200; i++)
            {
                var gap = random.Next(1, 6);
                now = now.AddSeconds(gap);
                if (turns.IsToSave(now)) saved = now;
                Assert.InRange((now - saved).TotalSeconds, 0, 59 + gap);
            }
        }
    }

    [Fact]
    public void Pass_SmallFleet_IsASecond() => Assert.Equal((1, 1, 10), (CostTurns.Pass(1), CostTurns.Pass(CostTurns.SmallFleet), CostTurns.Pass(Fleet)));

    [Fact]
    public void IsToSettle_ClockSetBack_IsAtOnce()
    {
        var turns = new CostTurns { SettledThrough = Days.Start.AddHours(1) };
        Assert.True(turns.IsToSettle(Days.Start, 10));
    }

    private static bool Settle(CostTurns turns, DateTimeOffset through, int pass)
    {
        if (!turns.IsToSettle(through, pass)) return false;
        turns.SettledThrough = through;
        return true;
    }
}

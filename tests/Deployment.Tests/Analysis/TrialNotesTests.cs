using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Deployment.Analysis;
using Platform.Deployment.Analysis.Added;
using Platform.Deployment.Analysis.Kayenta;

namespace Platform.Deployment.Tests.Analysis;

public sealed class TrialNotesTests
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static AnalysisLimits Limits { get; } = Trials.Limits with
    {
        P95 = TimeSpan.FromMilliseconds(500),
        Metrics =
        [
            new AddedMetric { Name = "queue", Max = 50, FailureLimit = 3 },
            new AddedMetric { Name = "heap", Group = "heap", Comparison = new MetricComparison(MetricDirection.Either, 0.1) },
        ],
    };

    /// <summary>Written down and read back after any number of intervals, a trial ends as if nothing had been.</summary>
    [Theory]
    [InlineData("statistical", 1.0)]
    [InlineData("statistical", 1.6)]
    [InlineData("kayenta", 1.0)]
    [InlineData("kayenta", 1.6)]
    [InlineData("threshold", 1.0)]
    [InlineData("threshold", 4.0)]
    public void TryRead_AtAnyMoment_GoesOnAsIfNothingHadBeen(string judge, double slowdown)
    {
        var whole = Play(judge, slowdown, restartEvery: null);

        foreach (var every in new[] { 1, 7, 40 }) Assert.Equal(whole, Play(judge, slowdown, every));
    }

    [Fact]
    public void TryRead_NotesOfAnotherShape_AreRefused()
    {
        var notes = TrialNotes.Of(((IKeptTrial)Judges.Find("statistical")!.Begin(Limits)).Keep);

        Assert.False(TrialNotes.TryRead(notes, ((IKeptTrial)Judges.Find("threshold")!.Begin(Limits)).Keep));
        Assert.False(TrialNotes.TryRead(notes[..^1], ((IKeptTrial)Judges.Find("statistical")!.Begin(Limits)).Keep));
        Assert.False(TrialNotes.TryRead([1, 2, 3], ((IKeptTrial)Judges.Find("statistical")!.Begin(Limits)).Keep));
    }

    private static string Play(string judge, double slowdown, int? restartEvery)
    {
        var trial = Judges.Find(judge)!.Begin(Limits);
        var random = new Random(11);
        var verdicts = new List<string>();
        for (var second = -30; second < 150; second++)
        {
            var canary = second < 0 ? RevisionCounts.None : Trials.Requests(random, 10, 0.002, slowdown);
            trial.Add(Trials.Interval(second, canary, Trials.Requests(random, 40)));
            if (second >= 0 && second % 10 == 0)
            {
                var at = Trials.Start.AddSeconds(second);
                trial.Add(new MetricReading { Metric = "heap", At = at, Canary = 100 + random.NextDouble(), Baseline = 100 + random.NextDouble() });
                trial.Add(second % 30 == 0 ? new MetricReading { Metric = "queue", At = at, Problem = "away" } : new MetricReading { Metric = "queue", At = at, Canary = second == 50 ? 60 : 5 });
            }

            if (second % 10 == 5) verdicts.Add(JsonSerializer.Serialize(trial.Verdict, Json));
            if (restartEvery is { } every && second % every == 0)
            {
                var notes = TrialNotes.Of(((IKeptTrial)trial).Keep);
                trial = Judges.Find(judge)!.Begin(Limits);
                Assert.True(TrialNotes.TryRead(notes, ((IKeptTrial)trial).Keep));
            }
        }

        return string.Join('\n', verdicts);
    }
}

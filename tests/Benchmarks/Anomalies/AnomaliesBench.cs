using System.Globalization;
using Platform.Autoscaler.Anomalies.Detection;

namespace Platform.Benchmarks.Anomalies;

/// <summary>Replays labelled series through the anomaly detector and its peers, in time order and with one setting for all, and scores them as the Numenta Anomaly Benchmark does.</summary>
internal sealed class AnomaliesBench : IBench
{
    private const double MostMicroseconds = 20;
    private const string Ours = "platform";

    public string Name => "anomalies";

    public string Description => "NAB scores of the anomaly detector and of simple peers, and microseconds per point";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("data", "the folder with NAB's series, folder/file.csv with timestamp,value", "data"),
        new("labels", "NAB's combined_windows.json", "labels/combined_windows.json"),
        new("profiles", "NAB's profiles.json", "config/profiles.json"),
        new("scores", "a folder for the scores of every row, folder/file.csv; empty: none are written", ""),
    ];

    private static readonly IReadOnlyList<(string Subject, Func<NabSeries, IDetectorUnderTest> Create, bool Rounded)> Subjects =
    [
        (Ours, series => new AnomalyScores(series.Probation), false),
        ("windowedGaussian", _ => new WindowedGaussian(), true),
        ("conformalNeighbours", series => new ConformalNeighbours(series.Probation), false),
        ("random", _ => new RandomScores(1), false),
        ("nothing", _ => new Silence(), false),
    ];

    public Task<BenchResult> RunAsync(BenchContext context)
    {
        var corpus = NabFiles.ReadSeries(context.Text("data"), context.Text("labels"));
        var profiles = NabFiles.ReadProfiles(context.Text("profiles"));
        context.Say($"{corpus.Count} series, {corpus.Sum(s => s.Values.Length):N0} rows, {corpus.Sum(s => s.Windows.Count)} windows");
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        foreach (var (subject, create, rounded) in Subjects)
        {
            context.Say($"{subject} …");
            Replay(corpus[0], create, rounded);
            var before = Environment.CpuUsage.TotalTime;
            var scored = new List<(NabSeries Series, double[] Scores)>();
            foreach (var series in corpus)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                scored.Add((series, Replay(series, create, rounded)));
            }

            var microseconds = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / corpus.Sum(s => s.Values.Length);
            rows.Add(Row(subject, "all", profiles.Select(profile => (profile, NabScorer.Score(scored, profile))).ToList(), microseconds));
            if (subject != Ours) continue;
            rows.Add(Row(subject, "all, at its own alarm score", profiles.Select(profile => (profile, NabScorer.Score(Alarms(scored), profile))).ToList(), microseconds));
            foreach (var folder in scored.GroupBy(s => s.Series.Folder).Where(folder => folder.Any(s => s.Series.Windows.Count > 0)))
            {
                rows.Add(Row(subject, folder.Key, profiles.Select(profile => (profile, NabScorer.Score(folder, profile))).ToList(), null));
            }

            if (context.Text("scores") is { Length: > 0 } output) Write(output, scored);
        }

        return Task.FromResult(new BenchResult(rows, AnomaliesPromises.Of(rows, MostMicroseconds)));
    }

    private static double[] Replay(NabSeries series, Func<NabSeries, IDetectorUnderTest> create, bool rounded)
    {
        var detector = create(series);
        var scores = new double[series.Values.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = detector.Next(series.Times[i], series.Values[i]);

            // The published figures stem from files with twelve decimals, which makes ties of what is closer to 1.
            if (rounded) scores[i] = Math.Round(scores[i], 12);
        }

        return scores;
    }

    /// <summary>1 where the detector would have raised an alarm by itself: no threshold is fitted then.</summary>
    private static List<(NabSeries Series, double[] Scores)> Alarms(List<(NabSeries Series, double[] Scores)> scored)
    {
        var level = new AnomalyDetectorOptions().AlarmScore;
        return [.. scored.Select(s => (s.Series, s.Scores.Select(score => score >= level ? 1.0 : 0).ToArray()))];
    }

    private static Dictionary<string, object?> Row(string subject, string series, IReadOnlyList<(NabProfile Profile, NabScore Score)> scores, double? microseconds)
    {
        var row = new Dictionary<string, object?> { ["subject"] = subject, ["series"] = series };
        foreach (var (profile, score) in scores) row[profile.Name] = score.Score;
        var first = scores[0].Score;
        row["windows"] = first.Windows;
        row["hits"] = first.Hits;
        row["falsePoints"] = first.FalsePoints;
        row["falseCost"] = first.FalseCost;
        row["lateCost"] = first.LateCost;
        row["threshold"] = first.Threshold;
        row["microsecondsPerPoint"] = microseconds;
        return row;
    }

    private static void Write(string output, List<(NabSeries Series, double[] Scores)> scored)
    {
        foreach (var (series, scores) in scored)
        {
            var file = Path.Combine(output, series.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllLines(file, scores
                .Select((score, i) => string.Create(CultureInfo.InvariantCulture, $"{series.TimeTexts[i]},{series.Values[i]:R},{score:R}"))
                .Prepend("timestamp,value,anomaly_score"));
        }
    }

    private sealed class Silence : IDetectorUnderTest
    {
        public double Next(DateTimeOffset time, double value) => 0;
    }
}

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
        new("coarser", "also altered copies of the series, among them coarser ones of so many rows each, for example 2,3; empty: none", ""),
        new("leave-out", "yes: also the score of each folder at the threshold that is best on the others", "no"),
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
            rows.Add(Row(subject, "all, at its own alarm score", profiles.Select(profile => (profile, NabScorer.Score(Alarms(scored, new AnomalyDetectorOptions().AlarmScore), profile))).ToList(), microseconds));
            foreach (var folder in scored.GroupBy(s => s.Series.Folder).Where(folder => folder.Any(s => s.Series.Windows.Count > 0)))
            {
                rows.Add(Row(subject, folder.Key, profiles.Select(profile => (profile, NabScorer.Score(folder, profile))).ToList(), null));
            }

            if (Flag(context, "leave-out")) rows.Add(Row(Ours, "all, threshold chosen on the other folders", profiles.Select(profile => (profile, LeaveOut(scored, profile))).ToList(), null));
            if (Numbers(context, "coarser") is { Count: > 0 } coarser) rows.AddRange(Copies(context, NabCopies.Of(corpus, coarser), create, profiles));
            if (context.Text("scores") is { Length: > 0 } output) Write(output, scored);
        }

        return Task.FromResult(new BenchResult(rows, AnomaliesPromises.Of(rows, MostMicroseconds)));
    }

    /// <summary>A row per kind of copy, and one for all of them together under one threshold.</summary>
    private static List<IReadOnlyDictionary<string, object?>> Copies(
        BenchContext context, IEnumerable<(string Name, IReadOnlyList<NabSeries> Series)> copies, Func<NabSeries, IDetectorUnderTest> create, IReadOnlyList<NabProfile> profiles)
    {
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        var all = new List<(NabSeries Series, double[] Scores)>();
        foreach (var (name, series) in copies)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            context.Say($"{Ours}, {name} …");
            var scored = series.Select(one => (one, Replay(one, create, false))).ToList();
            rows.Add(Row(Ours, name, profiles.Select(profile => (profile, NabScorer.Score(scored, profile))).ToList(), null));
            all.AddRange(scored);
        }

        rows.Add(Row(Ours, "all copies, one threshold", profiles.Select(profile => (profile, NabScorer.Score(all, profile))).ToList(), null));
        return rows;
    }

    /// <summary>Each folder's alarms are those at the threshold that is best without it.</summary>
    private static NabScore LeaveOut(List<(NabSeries Series, double[] Scores)> scored, NabProfile profile) => NabScorer.Score(
        scored.GroupBy(s => s.Series.Folder).SelectMany(folder =>
        {
            var threshold = NabScorer.Score(scored.Where(s => s.Series.Folder != folder.Key), profile).Threshold;
            return Alarms([.. folder], threshold);
        }),
        profile);

    private static bool Flag(BenchContext context, string name) => context.Text(name) switch
    {
        "yes" => true,
        "no" => false,
        var other => throw new BenchUsageException($"--{name}: expected yes or no, found '{other}'."),
    };

    private static List<int> Numbers(BenchContext context, string name) =>
        [.. context.Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(text => int.TryParse(text, out var number) && number is >= 2 and <= 100
            ? number
            : throw new BenchUsageException($"--{name}: expected whole numbers from 2 to 100, found '{text}'."))];

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

    /// <summary>1 from the level on, else 0: no threshold is fitted then.</summary>
    private static List<(NabSeries Series, double[] Scores)> Alarms(List<(NabSeries Series, double[] Scores)> scored, double level) =>
        [.. scored.Select(s => (s.Series, s.Scores.Select(score => score >= level ? 1.0 : 0).ToArray()))];

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

using System.Text.Json;
using Platform.Deployment.Analysis.Added;
using Platform.Storage;

namespace Platform.Deployment.Measurements;

/// <summary>Readings in the module's database: bounded, numbered in the order in which they came, so that a trial knows which it has seen.</summary>
internal static class ReadingStore
{
    /// <summary>What is to be read, by rollout.</summary>
    public static async Task<IReadOnlyList<(Guid Rollout, Measures Measures)>> MeasuresAsync(this Reader reader) =>
        [.. (await reader.QueryAsync<MeasuredRow>("SELECT id, measures FROM rollouts WHERE measures IS NOT NULL AND ended_at IS NULL"))
            .Select(row => (row.Id, JsonSerializer.Deserialize<Measures>(row.Measures)!))];

    /// <summary>When each metric of a rollout was last read, and how many values its step has.</summary>
    /// <param name="reader">The database.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="measures">What it wants read.</param>
    public static async Task<IReadOnlyDictionary<string, LastReading>> LastReadingsAsync(this Reader reader, Guid rollout, Measures measures) =>
        (await reader.QueryAsync<LastReading>(
            """
            SELECT metric, MAX(at) AS at, SUM(CASE WHEN step = @Step AND at >= @StepSince AND problem IS NULL THEN 1 ELSE 0 END) AS of_step
            FROM analysis_readings WHERE rollout = @rollout AND at >= @Since GROUP BY metric
            """,
            new { rollout, measures.Step, measures.StepSince, measures.Since })).ToDictionary(r => r.Metric);

    /// <summary>The readings after the one numbered <paramref name="after"/>, taken beside a baseline since a time, in their order.</summary>
    public static async Task<IReadOnlyList<(long Number, MetricReading Reading)>> ReadingsAsync(this Reader reader, Guid rollout, string baseline, DateTimeOffset since, long after) =>
        [.. (await reader.QueryAsync<ReadingRow>(
            "SELECT number, metric, at, canary, old, problem FROM analysis_readings WHERE rollout = @rollout AND baseline = @baseline AND at >= @since AND number > @after ORDER BY number",
            new { rollout, baseline, since, after }))
            .Select(r => (r.Number, new MetricReading { Metric = r.Metric, At = r.At, Canary = r.Canary, Baseline = r.Old, Problem = r.Problem }))];

    /// <summary>
    /// Adds a reading, if the rollout still wants it and nobody else has taken it, and forgets the oldest of its metric beyond the bound.
    /// </summary>
    public static async Task AddReadingAsync(this Transaction tx, Guid rollout, Measures measures, TimeSpan apart, MetricReading reading, int kept)
    {
        await tx.ExecuteAsync(
            """
            INSERT INTO analysis_readings (rollout, number, metric, baseline, step, at, canary, old, problem)
            SELECT @rollout, (SELECT COALESCE(MAX(number), 0) + 1 FROM analysis_readings WHERE rollout = @rollout), @Metric, @baseline, @Step, @At, @Canary, @old, @Problem
            WHERE EXISTS (SELECT 1 FROM rollouts WHERE id = @rollout AND measures IS NOT NULL AND ended_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM analysis_readings WHERE rollout = @rollout AND metric = @Metric AND at > @taken)
            """,
            new
            {
                rollout,
                reading.Metric,
                baseline = measures.Baseline,
                measures.Step,
                reading.At,
                reading.Canary,
                old = reading.Baseline,
                reading.Problem,
                taken = reading.At - (apart / 2),
            });
        await tx.ExecuteAsync(
            """
            DELETE FROM analysis_readings WHERE rollout = @rollout AND metric = @Metric AND number <
                (SELECT MIN(number) FROM (SELECT number FROM analysis_readings WHERE rollout = @rollout AND metric = @Metric ORDER BY number DESC LIMIT @kept) AS newest)
            """,
            new { rollout, reading.Metric, kept });
    }

    private sealed record MeasuredRow
    {
        public required Guid Id { get; init; }
        public required string Measures { get; init; }
    }

    private sealed record ReadingRow
    {
        public required long Number { get; init; }
        public required string Metric { get; init; }
        public required DateTimeOffset At { get; init; }
        public double? Canary { get; init; }
        public double? Old { get; init; }
        public string? Problem { get; init; }
    }
}

/// <summary>How far the readings of a metric are.</summary>
internal sealed record LastReading
{
    /// <summary>The metric.</summary>
    public required string Metric { get; init; }
    /// <summary>When it was last read.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Values that it has given in the present step.</summary>
    public required long OfStep { get; init; }
}

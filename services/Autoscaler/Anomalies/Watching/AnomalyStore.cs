using System.Text.Json;
using Platform.Autoscaler.Anomalies.Causes;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Autoscaler.Anomalies.Watching;

/// <summary>Anomalies and what may have caused them, as rows. Every method is a part of its caller's transaction; both tables are bounded.</summary>
internal static class AnomalyStore
{
    /// <summary>Changes older than this explain nothing any more, unless they last.</summary>
    private static readonly TimeSpan KeptChanges = TimeSpan.FromDays(7);

    private const int MostChanges = 500;

    /// <summary>
    /// Two who watch the same series, or one before and after a restart, have not seen exactly the same; what they find so close together is one
    /// anomaly. It takes as long to end, so the next one is further away.
    /// </summary>
    private static readonly TimeSpan SameWithin = TimeSpan.FromMinutes(SeriesWatch.LookedAtAgain);

    /// <summary>Keeps a new anomaly.</summary>
    /// <returns>False: it is there already.</returns>
    public static async Task<bool> BeginAsync(Transaction transaction, Anomaly anomaly, int kept)
    {
        if (await SameAsync(transaction, anomaly) is not null) return false;

        // The row's lock makes numbers and commits come in the same order.
        var sequence = await transaction.FirstOrDefaultAsync<long>("UPDATE counters SET value = value + 1 WHERE name = 'anomalies' RETURNING value");
        var added = await transaction.ExecuteAsync(
            "INSERT INTO anomalies (sequence, id, application, metric, began, ended, anomaly) VALUES (@sequence, @Id, @Application, @Metric, @Began, NULL, @json) ON CONFLICT (id) DO NOTHING",
            new { sequence, anomaly.Id, anomaly.Application, anomaly.Metric, anomaly.Began, json = Write(anomaly) });
        if (added == 0) return false;
        await transaction.ExecuteAsync(
            "DELETE FROM anomalies WHERE application = @Application AND ended IS NOT NULL AND sequence <= (SELECT sequence FROM anomalies WHERE application = @Application ORDER BY sequence DESC LIMIT 1 OFFSET @kept)",
            new { anomaly.Application, kept });
        return true;
    }

    /// <summary>Keeps an anomaly's end.</summary>
    /// <returns>The anomaly with its causes; null: it had ended before, or is not known.</returns>
    public static async Task<Anomaly?> EndAsync(Transaction transaction, Anomaly ended)
    {
        if (await SameAsync(transaction, ended) is not { Ended: null } open) return null;
        var whole = ended with { Id = open.Id, Began = open.Began, Causes = open.Causes };
        await transaction.ExecuteAsync("UPDATE anomalies SET ended = @Ended, anomaly = @json WHERE id = @Id", new { whole.Id, whole.Ended, json = Write(whole) });
        return whole;
    }

    private static async Task<Anomaly?> SameAsync(Transaction transaction, Anomaly anomaly) => await transaction.FirstOrDefaultAsync<string>(
        "SELECT anomaly FROM anomalies WHERE application = @Application AND metric = @Metric AND began >= @from AND began <= @to ORDER BY sequence LIMIT 1",
        new { anomaly.Application, anomaly.Metric, from = anomaly.Began - SameWithin, to = anomaly.Began + SameWithin }) is { } json ? Read(json) : null;

    public static async Task<IReadOnlyList<Anomaly>> OpenAsync(Reader reader) =>
        [.. (await reader.QueryAsync<string>("SELECT anomaly FROM anomalies WHERE ended IS NULL")).Select(Read)];

    public static async Task<IReadOnlyList<Anomaly>> PageAsync(Reader reader, string? application, string? metric, DateTimeOffset since, bool openOnly, long before, int limit)
    {
        var rows = await reader.QueryAsync<Row>(
            """
            SELECT sequence, anomaly FROM anomalies
            WHERE sequence < @before AND (@application IS NULL OR application = @application) AND (@metric IS NULL OR metric = @metric)
              AND (ended IS NULL OR (@open = 0 AND ended >= @since))
            ORDER BY sequence DESC LIMIT @limit
            """,
            new { application, metric, since, open = openOnly ? 1 : 0, before, limit });
        return [.. rows.Select(row => Read(row.Anomaly) with { Sequence = row.Sequence })];
    }

    /// <summary>Notes a change; again the same is no news.</summary>
    public static async Task NoteAsync(Transaction transaction, Change change)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO anomaly_changes (id, kind, application, at, ended, description) VALUES (@Id, @kind, @Application, @At, @Ended, @description)
            ON CONFLICT (id, kind) DO UPDATE SET application = excluded.application, at = excluded.at, description = excluded.description
            """,
            new { change.Id, kind = (int)change.Kind, change.Application, change.At, change.Ended, description = change.Description.Length > 500 ? change.Description[..500] : change.Description });
        await transaction.ExecuteAsync(
            "DELETE FROM anomaly_changes WHERE at < @old OR (application = @Application AND at < (SELECT at FROM anomaly_changes WHERE application = @Application ORDER BY at DESC LIMIT 1 OFFSET @MostChanges))",
            new { old = change.At - KeptChanges, change.Application, MostChanges });
    }

    /// <summary>Notes a change of which nothing is known yet.</summary>
    public static async Task NoteIfNewAsync(Transaction transaction, Change change)
    {
        var known = await transaction.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM anomaly_changes WHERE id = @Id AND kind = @kind", new { change.Id, kind = (int)change.Kind });
        if (known == 0) await NoteAsync(transaction, change);
    }

    /// <summary>What lasted is over.</summary>
    public static Task EndChangeAsync(Transaction transaction, Guid id, DateTimeOffset at) => transaction.ExecuteAsync(
        "UPDATE anomaly_changes SET ended = @at WHERE id = @id AND ended IS NULL AND kind <> @rollback", new { id, at, rollback = (int)ChangeKind.Rollback });

    /// <summary>An experiment is over: its end was only planned until now.</summary>
    public static Task EndExperimentAsync(Transaction transaction, Guid id, DateTimeOffset at) => transaction.ExecuteAsync(
        "UPDATE anomaly_changes SET ended = @at WHERE id = @id AND kind = @experiment", new { id, at, experiment = (int)ChangeKind.Experiment });

    public static Task<IReadOnlyList<Change>> ChangesAsync(Reader reader, string application, DateTimeOffset until) => reader.QueryAsync<Change>(
        "SELECT id, kind, application, at, ended, description FROM anomaly_changes WHERE application = @application AND at <= @until ORDER BY at DESC LIMIT 200", new { application, until });

    public static async Task RemoveAsync(Transaction transaction, string application)
    {
        await transaction.ExecuteAsync("DELETE FROM anomalies WHERE application = @application", new { application });
        await transaction.ExecuteAsync("DELETE FROM anomaly_changes WHERE application = @application", new { application });
    }

    private static string Write(Anomaly anomaly) => JsonSerializer.Serialize(anomaly, PlatformJson.Options);

    private static Anomaly Read(string json) => JsonSerializer.Deserialize<Anomaly>(json, PlatformJson.Options)!;

    private sealed record Row
    {
        public long Sequence { get; init; }

        public string Anomaly { get; init; } = "";
    }
}

using System.Text.Json;
using Platform.Autoscaler.Scaling;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Autoscaler.Decisions;

/// <summary>What decisions leave behind: the history the next ones need, and the list that people read.</summary>
internal static class DecisionStore
{
    private const int TrimEvery = 16;

    public static Task<IReadOnlyList<ChangeRow>> ChangesAsync(Reader reader, string[] applications) =>
        reader.QueryAsync<ChangeRow>("SELECT application, at, change FROM changes WHERE application IN @applications ORDER BY at", new { applications });

    public static Task<IReadOnlyList<RecommendationRow>> RecommendationsAsync(Reader reader, string[] applications) =>
        reader.QueryAsync<RecommendationRow>("SELECT application, at, replicas FROM recommendations WHERE application IN @applications ORDER BY at", new { applications });

    /// <summary>A new number is recommended from now on. Older runs go, but for the one that reaches into what is remembered.</summary>
    public static async Task BeginRunAsync(Transaction transaction, string application, DateTimeOffset at, int replicas, DateTimeOffset forgetBefore)
    {
        await transaction.ExecuteAsync("INSERT INTO recommendations (application, at, replicas) VALUES (@application, @at, @replicas)", new { application, at, replicas });
        await transaction.ExecuteAsync(
            "DELETE FROM recommendations WHERE application = @application AND at < (SELECT MAX(at) FROM recommendations WHERE application = @application AND at <= @forgetBefore)",
            new { application, forgetBefore });
    }

    /// <summary>
    /// Takes numbers for lines of the list; the first of them is returned. The row's lock makes numbers and commits come in the same order;
    /// it is taken before any application's, so that two who meet do not wait for each other.
    /// </summary>
    public static async Task<long> NumberAsync(Transaction transaction, int lines) =>
        await transaction.FirstOrDefaultAsync<long>("UPDATE counters SET value = value + @lines WHERE name = 'decisions' RETURNING value", new { lines }) - lines + 1;

    /// <summary>Adds a line to the list of decisions.</summary>
    public static async Task ListAsync(Transaction transaction, long sequence, string application, DateTimeOffset at, string json, int kept)
    {
        await transaction.ExecuteAsync(
            "INSERT INTO decisions (sequence, application, at, decision) VALUES (@sequence, @application, @at, @json)", new { sequence, application, at, json });
        if (sequence % TrimEvery != 0) return;
        await transaction.ExecuteAsync(
            "DELETE FROM decisions WHERE application = @application AND sequence <= (SELECT sequence FROM decisions WHERE application = @application ORDER BY sequence DESC LIMIT 1 OFFSET @kept)",
            new { application, kept });
    }

    public static async Task ChangedAsync(Transaction transaction, string application, Guid command, int change, DateTimeOffset at, DateTimeOffset forgetBefore)
    {
        await transaction.ExecuteAsync(
            "INSERT INTO changes (command, application, at, change) VALUES (@command, @application, @at, @change)", new { command, application, at, change });
        await transaction.ExecuteAsync("DELETE FROM changes WHERE application = @application AND at <= @forgetBefore", new { application, forgetBefore });
    }

    public static Task<IReadOnlyList<DecisionRow>> PageAsync(Reader reader, string? application, long before, int limit) => reader.QueryAsync<DecisionRow>(
        """
        SELECT sequence, application, decision FROM decisions
        WHERE sequence < @before AND (@application IS NULL OR application = @application) ORDER BY sequence DESC LIMIT @limit
        """,
        new { application, before, limit });

    public static string Serialize(ScalingDecision decision) => JsonSerializer.Serialize(decision, PlatformJson.Options);

    /// <summary>A list in which every line says "nothing to do" hides the lines that matter.</summary>
    public static bool TellsSomethingNew(ScalingDecision decision, ScalingDecision? before) =>
        before is null || decision.Outcome is ScalingOutcome.Scale || decision.Outcome != before.Outcome
        || decision.Recommended != before.Recommended
        || ((decision.LimitedBy.Count > 0 || before.LimitedBy.Count > 0) && !decision.LimitedBy.SequenceEqual(before.LimitedBy));
}

/// <summary>A line of the list of decisions.</summary>
internal sealed record DecisionRow
{
    public long Sequence { get; init; }

    public string Application { get; init; } = "";

    public string Decision { get; init; } = "";
}

/// <summary>A change that was sent.</summary>
internal sealed record ChangeRow
{
    public string Application { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public int Change { get; init; }
}

/// <summary>The start of a run of equal recommendations.</summary>
internal sealed record RecommendationRow
{
    public string Application { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public int Replicas { get; init; }
}

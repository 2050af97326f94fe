using System.Text.Json;
using Platform.Autoscaler.Scaling;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Autoscaler.Decisions;

/// <summary>What decisions leave behind: the history the next ones need, and the list that people read.</summary>
internal static class DecisionStore
{
    public static async Task<ScalingHistory> HistoryAsync(Reader reader, string application, DateTimeOffset since) => new(
        await reader.QueryAsync<Recommendation>("SELECT at, replicas FROM recommendations WHERE application = @application AND at > @since ORDER BY at", new { application, since }),
        await reader.QueryAsync<ScaleChange>("SELECT at, change FROM changes WHERE application = @application AND at > @since ORDER BY at", new { application, since }));

    /// <summary>Keeps the decision as the application's last, and in the list if it tells something new.</summary>
    public static async Task KeepAsync(Transaction transaction, string application, ScalingDecision decision, ScalingDecision? before, DateTimeOffset next, int kept)
    {
        var json = JsonSerializer.Serialize(decision, PlatformJson.Options);
        await transaction.ExecuteAsync("UPDATE applications SET last = @json, next_decision = @next WHERE name = @application", new { application, json, next });
        if (decision.Recommended is { } replicas)
        {
            await transaction.ExecuteAsync("INSERT INTO recommendations (application, at, replicas) VALUES (@application, @At, @replicas)", new { application, decision.At, replicas });
        }

        if (TellsSomethingNew(decision, before)) await ListAsync(transaction, application, decision.At, json, kept);
    }

    /// <summary>Adds a line to the list of decisions.</summary>
    public static async Task ListAsync(Transaction transaction, string application, DateTimeOffset at, string json, int kept)
    {
        // The row's lock makes numbers and commits come in the same order.
        var sequence = await transaction.FirstOrDefaultAsync<long>("UPDATE counters SET value = value + 1 WHERE name = 'decisions' RETURNING value");
        await transaction.ExecuteAsync(
            "INSERT INTO decisions (sequence, application, at, decision) VALUES (@sequence, @application, @at, @json)", new { sequence, application, at, json });
        await transaction.ExecuteAsync(
            "DELETE FROM decisions WHERE application = @application AND sequence <= (SELECT sequence FROM decisions WHERE application = @application ORDER BY sequence DESC LIMIT 1 OFFSET @kept)",
            new { application, kept });
    }

    public static async Task ForgetAsync(Transaction transaction, string application, DateTimeOffset before)
    {
        await transaction.ExecuteAsync("DELETE FROM recommendations WHERE application = @application AND at <= @before", new { application, before });
        await transaction.ExecuteAsync("DELETE FROM changes WHERE application = @application AND at <= @before", new { application, before });
    }

    public static Task ChangedAsync(Transaction transaction, string application, Guid command, int change, DateTimeOffset at) => transaction.ExecuteAsync(
        "INSERT INTO changes (command, application, at, change) VALUES (@command, @application, @at, @change)", new { command, application, at, change });

    public static Task<IReadOnlyList<DecisionRow>> PageAsync(Reader reader, string? application, long before, int limit) => reader.QueryAsync<DecisionRow>(
        """
        SELECT sequence, application, decision FROM decisions
        WHERE sequence < @before AND (@application IS NULL OR application = @application) ORDER BY sequence DESC LIMIT @limit
        """,
        new { application, before, limit });

    /// <summary>A list in which every line says "nothing to do" hides the lines that matter.</summary>
    private static bool TellsSomethingNew(ScalingDecision decision, ScalingDecision? before) =>
        before is null || decision.Outcome is ScalingOutcome.Scale || decision.Outcome != before.Outcome
        || decision.Recommended != before.Recommended || !decision.LimitedBy.SequenceEqual(before.LimitedBy);
}

/// <summary>A line of the list of decisions.</summary>
internal sealed record DecisionRow
{
    public long Sequence { get; init; }

    public string Application { get; init; } = "";

    public string Decision { get; init; } = "";
}

using System.Text.Json;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.HealthMonitor.Alerts;

/// <summary>An alert, active or past: a row of its table.</summary>
internal sealed record AlertRow
{
    public Guid Id { get; init; }

    public string Rule { get; init; } = "";

    public string Application { get; init; } = "";

    public string Severity { get; init; } = "";

    public string Message { get; init; } = "";

    public double Value { get; init; }

    public double Threshold { get; init; }

    public DateTimeOffset RaisedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }
}

/// <summary>A condition that holds, but not long enough yet: a row of its table.</summary>
internal sealed record PendingRow
{
    public string Rule { get; init; } = "";

    public string Application { get; init; } = "";

    /// <summary>Since when it holds.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When it was last seen to hold.</summary>
    public DateTimeOffset SeenAt { get; init; }
}

/// <summary>Keeps rules and alerts. Every method is a part of its caller's transaction.</summary>
internal static class AlertStore
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    public static async Task<IReadOnlyList<AlertRule>> RulesAsync(Reader reader) =>
        [.. (await reader.QueryAsync<string>("SELECT rule FROM rules ORDER BY name")).Select(json => JsonSerializer.Deserialize<AlertRule>(json, PlatformJson.Options)!)];

    public static async Task<AlertRule?> RuleAsync(Reader reader, string name) =>
        await reader.FirstOrDefaultAsync<string>("SELECT rule FROM rules WHERE name = @name", new { name }) is { } json
            ? JsonSerializer.Deserialize<AlertRule>(json, PlatformJson.Options)
            : null;

    public static Task PutRuleAsync(Transaction transaction, AlertRule rule) => transaction.ExecuteAsync(
        "INSERT INTO rules (name, rule) VALUES (@Name, @json) ON CONFLICT (name) DO UPDATE SET rule = excluded.rule",
        new { rule.Name, json = JsonSerializer.Serialize(rule, PlatformJson.Options) });

    public static Task DeleteRuleAsync(Transaction transaction, string name) => transaction.ExecuteAsync("DELETE FROM rules WHERE name = @name", new { name });

    /// <summary>Gives a new installation its rules, once: those that were deleted stay deleted.</summary>
    public static async Task SeedAsync(Transaction transaction)
    {
        var first = await transaction.ExecuteAsync("INSERT INTO counters (name, value) VALUES ('default rules', 1) ON CONFLICT (name) DO NOTHING");
        if (first == 0) return;
        foreach (var rule in DefaultRules.All) await PutRuleAsync(transaction, rule);
    }

    public static Task<IReadOnlyList<AlertRow>> ActiveAsync(Reader reader) =>
        reader.QueryAsync<AlertRow>("SELECT * FROM alerts WHERE resolved_at IS NULL ORDER BY raised_at DESC");

    public static Task<IReadOnlyList<PendingRow>> PendingAsync(Reader reader) => reader.QueryAsync<PendingRow>("SELECT rule, application, since, seen_at FROM pending_alerts");

    public static async Task KeepPendingAsync(Transaction transaction, IEnumerable<PendingRow> pending)
    {
        await transaction.ExecuteAsync("DELETE FROM pending_alerts");
        foreach (var row in pending)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO pending_alerts (rule, application, since, seen_at) VALUES (@Rule, @Application, @Since, @SeenAt)", new { row.Rule, row.Application, row.Since, row.SeenAt });
        }
    }

    public static Task<IReadOnlyList<AlertRow>> HistoryAsync(Reader reader, string? application, DateTimeOffset before, int limit) => reader.QueryAsync<AlertRow>(
        $"SELECT * FROM alerts WHERE resolved_at IS NOT NULL AND raised_at < @before{(application is null ? "" : " AND application = @application")} ORDER BY raised_at DESC LIMIT @limit",
        new { application, before, limit });

    public static async Task RaiseAsync(Transaction transaction, AlertRow alert)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO alerts (id, rule, application, severity, message, value, threshold, raised_at)
            VALUES (@Id, @Rule, @Application, @Severity, @Message, @Value, @Threshold, @RaisedAt)
            """,
            new { alert.Id, alert.Rule, alert.Application, alert.Severity, alert.Message, alert.Value, alert.Threshold, alert.RaisedAt });
        await transaction.ExecuteAsync("DELETE FROM alerts WHERE resolved_at < @old", new { old = alert.RaisedAt - KeptFor });
    }

    /// <returns>False: it was resolved already.</returns>
    public static async Task<bool> ResolveAsync(Transaction transaction, Guid id, DateTimeOffset at) =>
        await transaction.ExecuteAsync("UPDATE alerts SET resolved_at = @at WHERE id = @id AND resolved_at IS NULL", new { id, at }) == 1;
}

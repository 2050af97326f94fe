using System.Text.Json.Nodes;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Hosting.Auditing;

/// <summary>The audit log of a module with a database: a table beside the module's own.</summary>
internal sealed class DatabaseAuditLog(Database database, TimeProvider clock) : IAuditLog
{
    public const string Set = "audit";

    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(1, "Keep what was changed by whom", """
            CREATE TABLE audit (
                id {identity},
                at BIGINT NOT NULL,
                who TEXT NOT NULL,
                role TEXT NOT NULL,
                action TEXT NOT NULL,
                target TEXT NOT NULL,
                why TEXT,
                state_before TEXT,
                state_after TEXT
            )
            """),
    ];

    public async Task RecordAsync(Transaction transaction, AuditEntry entry) => await transaction.ExecuteAsync(
        """
        INSERT INTO audit (at, who, role, action, target, why, state_before, state_after)
        VALUES (@At, @Who, @Role, @Action, @Target, @Why, @Before, @After)
        """,
        new
        {
            At = clock.GetUtcNow(),
            entry.Who,
            entry.Role,
            entry.Action,
            entry.Target,
            entry.Why,
            Before = entry.Before?.ToJsonString(PlatformJson.Options),
            After = entry.After?.ToJsonString(PlatformJson.Options),
        });

    public Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        database.TransactAsync(transaction => RecordAsync(transaction, entry), cancellationToken);

    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int take, long? before, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            reader => reader.QueryAsync<Row>(
                """
                SELECT id, at, who, role, action, target, why, state_before AS "Before", state_after AS "After"
                FROM audit WHERE id < @before ORDER BY id DESC LIMIT @take
                """,
                new { before = before ?? long.MaxValue, take }),
            cancellationToken);
        return [.. rows.Select(r => r.ToEntry())];
    }

    private sealed record Row
    {
        public long Id { get; init; }
        public DateTimeOffset At { get; init; }
        public string Who { get; init; } = "";
        public string Role { get; init; } = "";
        public string Action { get; init; } = "";
        public string Target { get; init; } = "";
        public string? Why { get; init; }
        public string? Before { get; init; }
        public string? After { get; init; }

        public AuditEntry ToEntry() => new()
        {
            Id = Id,
            At = At,
            Who = Who,
            Role = Role,
            Action = Action,
            Target = Target,
            Why = Why,
            Before = Before is null ? null : JsonNode.Parse(Before),
            After = After is null ? null : JsonNode.Parse(After),
        };
    }
}

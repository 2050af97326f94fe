using Platform.Storage.Engines;

namespace Platform.Storage.Migrations;

/// <summary>
/// Brings a module's tables to what this version of the program knows. All outstanding migrations commit together; several
/// processes may start at once: one migrates, the others find it done.
/// </summary>
internal static class Migrator
{
    private const string Table =
        "CREATE TABLE IF NOT EXISTS schema_migration (set_name TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (set_name, number))";

    public static async Task MigrateAsync(Transaction transaction, IEngine engine, IReadOnlyList<MigrationSet> sets, TimeProvider time)
    {
        await engine.LockMigrationsAsync(transaction);
        await transaction.ExecuteAsync(Table);
        foreach (var set in sets)
        {
            var applied = (await transaction.QueryAsync<AppliedMigration>("SELECT number, name, checksum FROM schema_migration WHERE set_name = @Name ORDER BY number", new { set.Name }))
                .ToDictionary(a => a.Number);
            Compare(transaction.Database, set, applied);
            foreach (var migration in set.Migrations.Where(m => !applied.ContainsKey(m.Number)))
            {
                await transaction.ExecuteAsync(migration.Sql.Replace("{identity}", engine.IdentityColumn, StringComparison.Ordinal));
                await transaction.ExecuteAsync(
                    "INSERT INTO schema_migration (set_name, number, name, checksum, applied_at) VALUES (@set, @Number, @Name, @checksum, @now)",
                    new { set = set.Name, migration.Number, migration.Name, checksum = MigrationSet.Checksum(migration), now = time.GetUtcNow() });
            }
        }
    }

    private static void Compare(Database database, MigrationSet set, Dictionary<long, AppliedMigration> applied)
    {
        foreach (var row in applied.Values)
        {
            var known = set.Migrations.FirstOrDefault(m => m.Number == row.Number);
            if (known is null)
                throw new StorageUnfitException($"{database.Location} was written by a newer version: it has migration {row.Number} '{row.Name}' of {set.Name}, this version knows {set.Migrations.Count}. Start the newer version, or restore an older copy.");
            if (MigrationSet.Checksum(known) != row.Checksum)
                throw new StorageUnfitException($"Migration {row.Number} '{row.Name}' of {set.Name} has changed since {database.Location} applied it: the tables are not what this version expects. Put the change in a new migration.");
        }
    }

    private sealed record AppliedMigration
    {
        public long Number { get; init; }
        public string Name { get; init; } = "";
        public string Checksum { get; init; } = "";
    }
}

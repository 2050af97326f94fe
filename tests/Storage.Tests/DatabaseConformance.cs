using Platform.Effects;
using Platform.Storage.Engines;
using Platform.Storage.Migrations;
using Platform.Testing;

namespace Platform.Storage.Tests;

/// <summary>What every store must do. Run against SQLite here and against PostgreSQL in Integration.Tests.</summary>
public abstract class DatabaseConformance : IAsyncDisposable
{
    private static readonly IReadOnlyList<Migration> Tables =
    [
        new(1, "things", "CREATE TABLE thing (id TEXT NOT NULL PRIMARY KEY, seen_at BIGINT, took BIGINT, good INTEGER, size DOUBLE PRECISION, note TEXT)"),
        new(2, "counters", "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL); INSERT INTO counter (name, value) VALUES ('a', 0)"),
    ];

    private readonly List<Database> _databases = [];
    private readonly ManualTimeProvider _clock = new();

    private protected abstract IEngine NewEngine();

    private protected Database Open(IReadOnlyList<Migration>? migrations = null, IEffects? effects = null, TimeProvider? time = null)
    {
        var database = new Database(
            "things", NewEngine(), [Lease.Migrations, new MigrationSet("things", migrations ?? Tables)], effects ?? UnhinderedEffects.Instance, time ?? TimeProvider.System);
        _databases.Add(database);
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases) await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Values_WrittenAndRead_AreTheSame()
    {
        var database = Open();
        var written = new Thing
        {
            Id = Guid.NewGuid(),
            SeenAt = new DateTimeOffset(2026, 7, 13, 9, 42, 0, 123, 456, TimeSpan.FromHours(2)),
            Took = TimeSpan.FromMicroseconds(1_234_567),
            Good = true,
            Size = 0.1,
            Note = "ä'; DROP TABLE thing; --",
        };
        await database.TransactAsync(t => t.ExecuteAsync(
            "INSERT INTO thing (id, seen_at, took, good, size, note) VALUES (@Id, @SeenAt, @Took, @Good, @Size, @Note)", written));

        var read = await database.ReadAsync(r => r.FirstOrDefaultAsync<Thing>("SELECT * FROM thing WHERE id = @Id AND good = @Good", written));

        Assert.Equal(written, read);
        Assert.Equal(TimeSpan.Zero, read!.SeenAt!.Value.Offset);
    }

    [Fact]
    public async Task Values_Absent_ComeBackAbsent()
    {
        var database = Open();
        var written = new Thing { Id = Guid.NewGuid() };
        await database.TransactAsync(t => t.ExecuteAsync(
            "INSERT INTO thing (id, seen_at, took, good, size, note) VALUES (@Id, @SeenAt, @Took, @Good, @Size, @Note)", written));

        Assert.Equal(written, await database.ReadAsync(r => r.FirstOrDefaultAsync<Thing>("SELECT * FROM thing")));
        Assert.Null(await database.ReadAsync(r => r.FirstOrDefaultAsync<Thing>("SELECT * FROM thing WHERE id = 'none'")));
        Assert.Null(await database.ReadAsync(r => r.FirstOrDefaultAsync<DateTimeOffset?>("SELECT MIN(seen_at) FROM thing")));
        Assert.Equal([written.Id], await database.ReadAsync(r => r.QueryAsync<Guid>("SELECT id FROM thing WHERE id IN @ids", new { ids = new[] { written.Id.ToString(), "x" } })));
    }

    [Fact]
    public async Task Transact_WorkThrows_ChangesNothing()
    {
        var database = Open();

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.TransactAsync(async t =>
        {
            await t.ExecuteAsync("UPDATE counter SET value = 7");
            throw new InvalidOperationException("no");
        }));

        Assert.Equal(0, await ValueAsync(database));
    }

    [Fact]
    public async Task Transaction_DisposedWithoutCommit_ChangesNothingAndCallsNobody()
    {
        var database = Open();
        var called = false;
        await using (var transaction = await database.BeginAsync())
        {
            transaction.OnCommitted(() => called = true);
            await transaction.ExecuteAsync("UPDATE counter SET value = 7");
        }

        Assert.Equal(0, await ValueAsync(database));
        Assert.False(called);
    }

    [Fact]
    public async Task Commit_CallsWhoWaits_AfterOthersCanSeeTheChange()
    {
        var database = Open();
        var seen = -1L;
        await using var transaction = await database.BeginAsync();
        transaction.OnCommitted(() => seen = ValueAsync(database).GetAwaiter().GetResult());
        await transaction.ExecuteAsync("UPDATE counter SET value = 7");
        await transaction.CommitAsync();

        Assert.Equal(7, seen);
    }

    [Fact]
    public async Task Transact_FiftyAtOnce_LoseNoUpdate()
    {
        var database = Open();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() =>
            database.TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = value + 1 WHERE name = 'a'")))));

        Assert.Equal(50, await ValueAsync(database));
    }

    [Fact]
    public async Task Read_WhileWritten_SeesOneSnapshot()
    {
        var database = Open();
        var (first, second) = await database.ReadAsync(async reader =>
        {
            var before = await reader.FirstOrDefaultAsync<long>("SELECT value FROM counter");
            await database.TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = 7"));
            return (before, await reader.FirstOrDefaultAsync<long>("SELECT value FROM counter"));
        });

        Assert.Equal((0, 0), (first, second));
        Assert.Equal(7, await ValueAsync(database));
    }

    [Fact]
    public async Task Read_Changing_IsRefused()
    {
        var database = Open();
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => database.ReadAsync(r => r.QueryAsync<long>("UPDATE counter SET value = 7 RETURNING value")));
        Assert.Equal(0, await ValueAsync(database));
    }

    [Fact]
    public async Task Insert_SameKeyTwice_IsADuplicateKeyAndNoConflict()
    {
        var database = Open();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => database.TransactAsync(t => t.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('a', 1)")));
        Assert.True(StorageErrors.IsDuplicateKey(error));
        Assert.False(StorageErrors.IsConflict(error));
        Assert.False(StorageErrors.IsUnavailable(error));
    }

    [Fact]
    public async Task Effects_OfATransaction_AreItsChangesAndItsCommit()
    {
        await Open().MigrateAsync();
        var effects = new KillingEffects();
        var database = Open(effects: effects);
        await database.MigrateAsync();
        var before = effects.Passed.Count;

        await database.TransactAsync(async t =>
        {
            await t.QueryAsync<long>("SELECT value FROM counter");
            await t.ExecuteAsync("UPDATE counter SET value = 1");
            await t.QueryAsync<long>("INSERT INTO counter (name, value) VALUES ('b', 1) RETURNING value");
        });

        Assert.Equal(
            [(EffectKind.DatabaseExecute, "things.counter"), (EffectKind.DatabaseExecute, "things.counter"), (EffectKind.DatabaseCommit, "things")],
            effects.Passed.Skip(before));
    }

    [Fact]
    public async Task KilledBeforeOrAfterEveryEffect_EitherAllOrNothingIsThere()
    {
        await Open().MigrateAsync();
        var learning = new KillingEffects();
        await TwoStepsAsync(Open(effects: learning));
        var effects = learning.Passed.Count;
        Assert.True(effects >= 3);
        foreach (var after in new[] { false, true })
        {
            for (var k = 1; k <= effects; k++)
            {
                await Open().TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = 0; DELETE FROM counter WHERE name = 'b'"));
                await Assert.ThrowsAsync<KilledException>(() => TwoStepsAsync(Open(effects: new KillingEffects(k, after))));

                var sum = await Open().ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT CAST(SUM(value) AS BIGINT) FROM counter"));
                var expected = k == effects && after ? 3 : 0;
                Assert.Equal(expected, sum);
            }
        }

        static Task TwoStepsAsync(Database database) => database.TransactAsync(async t =>
        {
            await t.ExecuteAsync("UPDATE counter SET value = 1");
            await t.ExecuteAsync("INSERT INTO counter (name, value) VALUES ('b', 2) ON CONFLICT (name) DO UPDATE SET value = 2");
        });
    }

    [Fact]
    public async Task Migrate_FourAtOnce_AppliesEachOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Open().MigrateAsync())));
        Assert.Equal(3, await Open().ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM schema_migration")));
        Assert.Equal(0, await ValueAsync(Open()));
    }

    [Fact]
    public async Task Migrate_NewVersion_AppliesOnlyWhatIsNew()
    {
        await Open().TransactAsync(t => t.ExecuteAsync("UPDATE counter SET value = 7"));
        var newer = Open([.. Tables, new(3, "more", "ALTER TABLE counter ADD COLUMN unit TEXT")]);
        Assert.Equal(7, await newer.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT value FROM counter WHERE unit IS NULL")));
    }

    [Fact]
    public async Task Migrate_TextChangedSince_IsRefused()
    {
        await Open().MigrateAsync();
        var changed = Open([Tables[0] with { Sql = Tables[0].Sql + " " }, Tables[1]]);
        var error = await Assert.ThrowsAsync<StorageUnfitException>(() => changed.MigrateAsync());
        Assert.Contains("'things'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_OlderProgram_IsRefused()
    {
        await Open().MigrateAsync();
        var error = await Assert.ThrowsAsync<StorageUnfitException>(() => Open([Tables[0]]).MigrateAsync());
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_FailingHalfWay_LeavesNothing()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Open([Tables[0], new(2, "broken", "CREATE TABLE half (id TEXT); INSERT INTO nowhere VALUES (1)")]).MigrateAsync());
        Assert.Equal(0, await ValueAsync(Open()));
    }

    [Fact]
    public void Migrations_WithAGap_AreRefused()
        => Assert.Throws<ArgumentException>(() => Open([Tables[0], Tables[1] with { Number = 3 }]));

    [Fact]
    public async Task Lease_Held_IsRefusedToOthersUntilItRunsOut()
    {
        var database = Open(time: _clock);
        var first = await AcquireAsync(database, "one");
        Assert.NotNull(first);
        Assert.Null(await AcquireAsync(database, "two"));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.True(await first.RenewAsync());
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(await AcquireAsync(database, "two"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        var second = await AcquireAsync(database, "two");
        Assert.True(second!.Token > first.Token);
    }

    [Fact]
    public async Task Lease_Released_IsFreeAtOnceAndItsTokenStillCounts()
    {
        var database = Open(time: _clock);
        var first = await AcquireAsync(database, "one");
        await first!.ReleaseAsync();
        Assert.False(await first.RenewAsync());
        var second = await AcquireAsync(database, "two");
        Assert.True(second!.Token > first.Token);
    }

    [Fact]
    public async Task Lease_Zombie_CannotCommitAfterItsLeaseHasPassedOn()
    {
        var database = Open(time: _clock);
        var zombie = await AcquireAsync(database, "zombie");
        _clock.Advance(TimeSpan.FromSeconds(11));
        var heir = await AcquireAsync(database, "heir");

        await Assert.ThrowsAsync<LeaseLostException>(() => WriteAsync(zombie!, 1));
        await WriteAsync(heir!, 2);

        Assert.Equal(2, await ValueAsync(database));
        Assert.False(await zombie!.RenewAsync());

        Task WriteAsync(Lease lease, long value) => database.TransactAsync(async t =>
        {
            await t.ExecuteAsync("UPDATE counter SET value = @value", new { value });
            await lease.AssertHeldAsync(t);
        });
    }

    private Task<Lease?> AcquireAsync(Database database, string holder)
        => Lease.TryAcquireAsync(database, "reconciler", holder, TimeSpan.FromSeconds(10), _clock);

    private static Task<long> ValueAsync(Database database)
        => database.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT value FROM counter WHERE name = 'a'"));

    private sealed record Thing
    {
        public Guid Id { get; init; }
        public DateTimeOffset? SeenAt { get; init; }
        public TimeSpan? Took { get; init; }
        public bool? Good { get; init; }
        public double? Size { get; init; }
        public string? Note { get; init; }
    }
}

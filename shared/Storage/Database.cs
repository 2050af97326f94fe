using System.Collections.Concurrent;
using System.Data.Common;
using Platform.Effects;
using Platform.Storage.Engines;
using Platform.Storage.Migrations;

namespace Platform.Storage;

/// <summary>One module's tables: a schema of its own on PostgreSQL, a file of its own on SQLite. Migrated on first use.</summary>
public sealed class Database : IAsyncDisposable
{
    private const int MostAttempts = 8;
    private readonly IEngine _engine;
    private readonly IReadOnlyList<MigrationSet> _migrations;
    private readonly IEffects _effects;
    private readonly SemaphoreSlim _migrating = new(1, 1);
    private readonly ConcurrentDictionary<Type, object> _companions = [];
    private volatile bool _migrated;
    private volatile Outage? _outage;

    internal Database(string module, IEngine engine, IReadOnlyList<MigrationSet> migrations, IEffects effects, TimeProvider time)
    {
        ColumnTypes.Register();
        foreach (var set in migrations) set.Validate();
        Module = module;
        _engine = engine;
        _migrations = migrations;
        _effects = effects;
        Time = time;
    }

    /// <summary>The module's name.</summary>
    public string Module { get; }

    /// <summary>The engine.</summary>
    public SqlDialect Dialect => _engine.Dialect;

    /// <summary>Where the tables are, for people; without secrets.</summary>
    public string Location => _engine.Location;

    /// <summary>The clock its rows are written by.</summary>
    public TimeProvider Time { get; }

    /// <summary>What keeps the database from being used, and since when; null: nothing is known to.</summary>
    public string? WaitingFor => _outage?.ToString();

    /// <summary>Begins a transaction. SQLite: <c>BEGIN IMMEDIATE</c>, one writer at a time, so do nothing slow inside. PostgreSQL: READ COMMITTED.</summary>
    /// <param name="cancellation">Also cancels the statements run through it.</param>
    /// <exception cref="StorageUnavailableException">The server does not answer.</exception>
    public async Task<Transaction> BeginAsync(CancellationToken cancellation = default)
    {
        await MigrateAsync(cancellation);
        return await BeginWithoutMigratingAsync(cancellation);
    }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and commits; an exception rolls back. Runs it again, in a new transaction, when
    /// another one was in the way or the connection broke before the commit: the work must be nothing but statements on its transaction.
    /// </summary>
    /// <param name="work">What to do.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<T> TransactAsync<T>(Func<Transaction, Task<T>> work, CancellationToken cancellation = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await BeginAsync(cancellation);
            try
            {
                var result = await work(transaction);
                await transaction.CommitAsync(cancellation);
                Outcome(null);
                return result;
            }
            catch (DbException error) when (attempt < MostAttempts && MayRepeat(error, transaction))
            {
                Outcome(error);
                await transaction.DisposeAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(5 << attempt), Time, cancellation);
            }
        }
    }

    /// <inheritdoc cref="TransactAsync{T}"/>
    public Task TransactAsync(Func<Transaction, Task> work, CancellationToken cancellation = default)
        => TransactAsync(async transaction =>
        {
            await work(transaction);
            return true;
        }, cancellation);

    /// <summary>Reads from one consistent snapshot; nothing can be changed through it.</summary>
    /// <param name="work">The queries.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<T> ReadAsync<T>(Func<Reader, Task<T>> work, CancellationToken cancellation = default)
    {
        await MigrateAsync(cancellation);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (connection, transaction) = await ReachAsync(() => _engine.BeginReadAsync(cancellation));
                await using (connection)
                await using (transaction)
                {
                    var result = await work(Reader.Over(this, connection, transaction, cancellation));
                    Outcome(null);
                    return result;
                }
            }
            catch (DbException error) when (attempt < MostAttempts && (StorageErrors.IsConflict(error) || StorageErrors.IsUnavailable(error)))
            {
                Outcome(error);
                await Task.Delay(TimeSpan.FromMilliseconds(5 << attempt), Time, cancellation);
            }
        }
    }

    /// <summary>Asserts the durable settings and brings the tables up to date, once; returns at once afterwards.</summary>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="StorageUnavailableException">The server does not answer: try again later.</exception>
    /// <exception cref="StorageUnfitException">The database must not be used as it is.</exception>
    public async Task MigrateAsync(CancellationToken cancellation = default)
    {
        if (_migrated) return;
        await _migrating.WaitAsync(cancellation);
        try
        {
            if (_migrated) return;
            await ReachAsync(async () =>
            {
                await _engine.PrepareAsync(cancellation);
                return true;
            });
            await using var transaction = await BeginWithoutMigratingAsync(cancellation);
            await Migrator.MigrateAsync(transaction, _engine, _migrations, Time);
            await transaction.CommitAsync(cancellation);
            _migrated = true;
        }
        finally
        {
            _migrating.Release();
        }
    }

    /// <summary>Waits until the database answers and its tables are up to date, trying every second.</summary>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="StorageUnfitException">The database must not be used as it is.</exception>
    public async Task WaitUntilAvailableAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            try
            {
                await ReadAsync(reader => reader.FirstOrDefaultAsync<long>("SELECT 1"), cancellation);
                return;
            }
            catch (Exception error) when (StorageErrors.IsUnavailable(error) || StorageErrors.IsConflict(error))
            {
                Outcome(error);
                await Task.Delay(TimeSpan.FromSeconds(1), Time, cancellation);
            }
        }
    }

    /// <summary>The one object of its type that belongs to this database and that code with a transaction in hand finds again: the module's outbox.</summary>
    /// <typeparam name="T">One of each type.</typeparam>
    /// <param name="create">Makes it when it is first asked for.</param>
    public T Companion<T>(Func<Database, T> create) where T : class => (T)_companions.GetOrAdd(typeof(T), _ => create(this));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _migrating.Dispose();
    }

    private static bool MayRepeat(Exception error, Transaction transaction)
        => StorageErrors.IsConflict(error) || (StorageErrors.IsUnavailable(error) && !transaction.CommitAttempted);

    private async Task<Transaction> BeginWithoutMigratingAsync(CancellationToken cancellation)
    {
        var (connection, inner, release) = await ReachAsync(() => _engine.BeginWriteAsync(cancellation));
        return new Transaction(this, connection, inner, _effects, release, cancellation);
    }

    private async Task<T> ReachAsync<T>(Func<Task<T>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (Exception error) when (StorageErrors.IsUnavailable(error))
        {
            var outage = Outcome(error);
            throw new StorageUnavailableException(outage!.ToString(), error);
        }
    }

    private Outage? Outcome(Exception? error)
    {
        if (error is null)
        {
            if (_outage is not null) _outage = null;
            return null;
        }

        if (!StorageErrors.IsUnavailable(error)) return _outage;
        _engine.Forget();
        return _outage ??= new Outage(Location, Time.GetUtcNow(), (error.InnerException ?? error).Message);
    }

    private sealed record Outage(string Location, DateTimeOffset Since, string Reason)
    {
        public override string ToString() => $"{Location} does not answer since {Since:HH:mm:ss} UTC: {Reason}";
    }
}

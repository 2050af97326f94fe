using Platform.Storage.Migrations;

namespace Platform.Storage;

/// <summary>
/// The right of one holder at a time to act, kept in a module's database. It runs out by itself, so a holder that died does not block
/// others; each new holder gets a higher <see cref="Token"/>, so one that was only asleep is turned away by <see cref="AssertHeldAsync"/>.
/// </summary>
public sealed class Lease
{
    internal static readonly MigrationSet Migrations = new("storage",
    [
        new Migration(1, "leases", "CREATE TABLE lease (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, token BIGINT NOT NULL, expires_at BIGINT NOT NULL)"),
    ]);

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly TimeSpan _duration;

    private Lease(Database database, TimeProvider time, string name, string holder, TimeSpan duration, long token, DateTimeOffset expiresAt)
    {
        _database = database;
        _time = time;
        _duration = duration;
        Name = name;
        Holder = holder;
        Token = token;
        ExpiresAt = expiresAt;
    }

    /// <summary>What the lease is for.</summary>
    public string Name { get; }

    /// <summary>Who holds it.</summary>
    public string Holder { get; }

    /// <summary>Higher than that of every earlier holder.</summary>
    public long Token { get; }

    /// <summary>When it runs out unless renewed.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>Takes the lease when it is free, has run out, or is held by the same holder.</summary>
    /// <param name="database">Where it is kept.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="holder">Who asks: unique to this process, new at each start.</param>
    /// <param name="duration">How long it lasts without being renewed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The lease; null: somebody else holds it.</returns>
    public static Task<Lease?> TryAcquireAsync(
        Database database, string name, string holder, TimeSpan duration, TimeProvider time, CancellationToken cancellation = default)
        => database.TransactAsync(async transaction =>
        {
            var now = time.GetUtcNow();
            var token = await transaction.FirstOrDefaultAsync<long?>(
                """
                INSERT INTO lease (name, holder, token, expires_at) VALUES (@name, @holder, 1, @expires)
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = lease.token + 1, expires_at = excluded.expires_at
                WHERE lease.expires_at <= @now OR lease.holder = excluded.holder
                RETURNING token
                """,
                new { name, holder, now, expires = now + duration });
            return token is null ? null : new Lease(database, time, name, holder, duration, token.Value, now + duration);
        }, cancellation);

    /// <summary>Holds it longer.</summary>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>False: it has passed to somebody else; stop.</returns>
    public async Task<bool> RenewAsync(CancellationToken cancellation = default)
    {
        var expires = _time.GetUtcNow() + _duration;
        var held = await _database.TransactAsync(
            transaction => transaction.ExecuteAsync(
                "UPDATE lease SET expires_at = @expires WHERE name = @Name AND token = @Token AND expires_at > 0", new { expires, Name, Token }),
            cancellation) == 1;
        if (held) ExpiresAt = expires;
        return held;
    }

    /// <summary>Renews it four times in its length. While the database does not answer nobody else can have it, so it goes on until it has run out.</summary>
    /// <param name="interrupted">Told why it could not be renewed for once.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Ends when it is lost.</returns>
    public async Task KeepAsync(Action<string> interrupted, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(interrupted);
        while (true)
        {
            await Task.Delay(_duration / 4, _time, cancellation);
            try
            {
                if (await RenewAsync(cancellation)) continue;
                return;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                interrupted(error.Message);
                if (_time.GetUtcNow() >= ExpiresAt) return;
            }
        }
    }

    /// <summary>Gives it back so that the next one need not wait for it to run out. Its token still counts.</summary>
    /// <param name="cancellation">Cancels.</param>
    public Task ReleaseAsync(CancellationToken cancellation = default)
        => _database.TransactAsync(
            transaction => transaction.ExecuteAsync("UPDATE lease SET expires_at = 0 WHERE name = @Name AND token = @Token", new { Name, Token }),
            cancellation);

    /// <summary>Makes the transaction's commit depend on the lease: until it ends nobody else can take the lease, and if somebody has, it must not commit.</summary>
    /// <param name="transaction">A transaction of the same database.</param>
    /// <exception cref="LeaseLostException">A later holder exists.</exception>
    public async Task AssertHeldAsync(Transaction transaction)
    {
        // An UPDATE, not a SELECT: it locks the row until the transaction ends, so the lease cannot pass on in between.
        var held = await transaction.ExecuteAsync("UPDATE lease SET token = token WHERE name = @Name AND token = @Token AND expires_at > 0", new { Name, Token });
        if (held != 1) throw new LeaseLostException(Name, Token);
    }
}

/// <summary>A lease has passed to somebody else: whoever sees this is no longer entitled to act.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>Says which lease.</summary>
    public LeaseLostException(string name, long token)
        : base($"The lease '{name}' with token {token} has passed to a later holder.")
    {
    }
}

using System.Data.Common;
using Dapper;
using Platform.Effects;

namespace Platform.Storage;

/// <summary>
/// One unit of change: everything done through it happens together at <see cref="CommitAsync"/>, or not at all when it is
/// disposed without. Not for use by two threads at a time.
/// </summary>
public sealed class Transaction : Reader, IAsyncDisposable
{
    private readonly IEffects _effects;
    private readonly Action _release;
    private List<Action>? _committed;
    private bool _disposed;

    internal Transaction(Database database, DbConnection connection, DbTransaction inner, IEffects effects, Action release, CancellationToken cancellation)
        : base(database, connection, inner, cancellation)
    {
        _effects = effects;
        _release = release;
    }

    /// <summary>True once a commit was attempted: from then on a lost connection leaves its outcome unknown.</summary>
    internal bool CommitAttempted { get; private set; }

    /// <summary>Runs a statement that changes rows.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <inheritdoc cref="Reader.QueryAsync{T}"/>
    public Task<int> ExecuteAsync(string sql, object? args = null)
        => _effects.PerformAsync(EffectKind.DatabaseExecute, Describe(sql), () => Connection.ExecuteAsync(Command(sql, args)));

    /// <summary>All rows of a query, or of a changing statement with <c>RETURNING</c>.</summary>
    /// <inheritdoc/>
    public override Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null)
        => StatementText.Changes(sql)
            ? _effects.PerformAsync(EffectKind.DatabaseExecute, Describe(sql), () => base.QueryAsync<T>(sql, args))
            : base.QueryAsync<T>(sql, args);

    /// <inheritdoc/>
    public override Task<T?> FirstOrDefaultAsync<T>(string sql, object? args = null) where T : default
        => StatementText.Changes(sql)
            ? _effects.PerformAsync(EffectKind.DatabaseExecute, Describe(sql), () => base.FirstOrDefaultAsync<T>(sql, args))
            : base.FirstOrDefaultAsync<T>(sql, args);

    /// <summary>Makes the changes durable and runs what waits for that (<see cref="OnCommitted"/>).</summary>
    /// <param name="cancellation">Cancels before the commit is handed over, never in the middle of it.</param>
    public async Task CommitAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        _effects.Before(EffectKind.DatabaseCommit, Database.Module);
        CommitAttempted = true;
        await Inner.CommitAsync(CancellationToken.None);
        _effects.After(EffectKind.DatabaseCommit, Database.Module);
        await DisposeAsync();
        foreach (var action in _committed ?? []) action();
    }

    /// <summary>Asks for a call right after a successful commit: to wake somebody who should look at the new rows. It must be quick and must not throw.</summary>
    /// <param name="action">What to call.</param>
    public void OnCommitted(Action action) => (_committed ??= []).Add(action);

    /// <summary>Rolls back unless committed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            await Inner.DisposeAsync();
            await Connection.DisposeAsync();
        }
        catch (DbException)
        {
            // The connection is gone, and the transaction with it: that is the rollback asked for.
        }
        finally
        {
            _release();
        }
    }

    private string Describe(string sql) => $"{Database.Module}.{StatementText.Table(sql)}";
}

using System.Data.Common;

namespace Platform.Storage.Engines;

/// <summary>What differs between the two database engines.</summary>
internal interface IEngine : IAsyncDisposable
{
    SqlDialect Dialect { get; }

    /// <summary>Where the tables are, for people; without secrets.</summary>
    string Location { get; }

    /// <summary>Type of a primary key that counts up by itself.</summary>
    string IdentityColumn { get; }

    /// <summary>A connection with a writing transaction begun; the release is to be called once it is over.</summary>
    Task<(DbConnection Connection, DbTransaction Transaction, Action Release)> BeginWriteAsync(CancellationToken cancellation);

    /// <summary>A connection with a read-only transaction on one snapshot.</summary>
    Task<(DbConnection Connection, DbTransaction Transaction)> BeginReadAsync(CancellationToken cancellation);

    /// <summary>Makes the place for the module's tables and asserts that commits there are durable.</summary>
    /// <exception cref="StorageUnfitException">They are not.</exception>
    Task PrepareAsync(CancellationToken cancellation);

    /// <summary>Holds every other migrator off until the transaction ends.</summary>
    Task LockMigrationsAsync(Transaction transaction);

    /// <summary>Forgets pooled connections: the server is gone or has been started anew.</summary>
    void Forget();
}

using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Platform.Storage;

/// <summary>Tells errors apart by code, never by their English text.</summary>
public static class StorageErrors
{
    private const int SqliteBusy = 5, SqliteLocked = 6, SqliteFull = 13, SqliteConstraint = 19;
    private const string IdleTransactionEnded = "25P03";

    /// <summary>Another transaction was in the way and this one changed nothing: do it again.</summary>
    /// <param name="error">What was thrown.</param>
    public static bool IsConflict(Exception? error) => error switch
    {
        PostgresException postgres => postgres.SqlState
            is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable,
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteBusy or SqliteLocked,
        _ => false,
    };

    /// <summary>The database cannot be reached, is shutting down or starting up: wait for it.</summary>
    /// <param name="error">What was thrown.</param>
    public static bool IsUnavailable(Exception? error) => error switch
    {
        StorageUnavailableException => true,
        // 08: connection; 57P01-57P05: shut down, crash, starting up; 53300: too many connections; 25P03: the server ended a transaction that slept.
        PostgresException postgres => postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
            || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || postgres.SqlState is PostgresErrorCodes.TooManyConnections or IdleTransactionEnded,
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException or null } => true,
        ObjectDisposedException { ObjectName: "NpgsqlConnection" or "NpgsqlTransaction" } => true,
        _ => false,
    };

    /// <summary>There is no room on the database's disk; nothing was changed.</summary>
    /// <param name="error">What was thrown.</param>
    public static bool IsOutOfRoom(Exception? error) => error switch
    {
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.DiskFull,
        // SQLite says "full" of its file, and of the files beside it that they cannot be written (IOERR_WRITE) or made larger (IOERR_SHMSIZE).
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteFull || sqlite.SqliteExtendedErrorCode is 778 or 4874,
        _ => false,
    };

    /// <summary>A row with this key exists already.</summary>
    /// <param name="error">What was thrown.</param>
    public static bool IsDuplicateKey(Exception? error) => error switch
    {
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.UniqueViolation,
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteConstraint && sqlite.SqliteExtendedErrorCode is 1555 or 2067,
        DbException => false,
        _ => false,
    };
}

/// <summary>A module's database does not answer. The message says which, where, and since when.</summary>
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Says which database and why.</summary>
    public StorageUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A database must not be used as it is: its settings would lose commits, or its tables are not the ones this version knows.</summary>
public sealed class StorageUnfitException : Exception
{
    /// <summary>Says what is wrong and what to do.</summary>
    public StorageUnfitException(string message)
        : base(message)
    {
    }
}

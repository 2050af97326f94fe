using Platform.Storage;

namespace Platform.Autoscaler.Applications;

/// <summary>Reads and writes what is known of applications. Every method is a part of its caller's transaction.</summary>
internal static class ApplicationStore
{
    public static Task<ScaledApplication?> FindAsync(Reader reader, string name) =>
        reader.FirstOrDefaultAsync<ScaledApplication>("SELECT * FROM applications WHERE name = @name AND removed = 0", new { name });

    public static Task<IReadOnlyList<ScaledApplication>> ListAsync(Reader reader) =>
        reader.QueryAsync<ScaledApplication>("SELECT * FROM applications WHERE removed = 0 ORDER BY name");

    /// <summary>What was touched since, removed ones too.</summary>
    public static Task<IReadOnlyList<ScaledApplication>> TouchedAsync(Reader reader, long since) =>
        reader.QueryAsync<ScaledApplication>("SELECT * FROM applications WHERE touched > @since ORDER BY touched", new { since });

    public static Task<IReadOnlyList<KnownReplica>> ReplicasOfAsync(Reader reader, string[] applications) =>
        reader.QueryAsync<KnownReplica>(
            "SELECT id, application, revision, started_at, ready, changed_at FROM replicas WHERE application IN @applications AND stopped = 0 ORDER BY id", new { applications });

    /// <summary>Makes whoever decides read the application again. The counter's lock makes numbers and commits come in the same order.</summary>
    public static async Task TouchAsync(Transaction transaction, string name)
    {
        // The application before the counter, as everybody does: two who meet must not wait for each other.
        await transaction.ExecuteAsync("UPDATE applications SET touched = touched WHERE name = @name", new { name });
        var touched = await transaction.FirstOrDefaultAsync<long>("UPDATE counters SET value = value + 1 WHERE name = 'touches' RETURNING value");
        await transaction.ExecuteAsync("UPDATE applications SET touched = @touched WHERE name = @name", new { name, touched });
    }

    /// <summary>A decision, with what its owner's gauge said of the application.</summary>
    /// <returns>False: a fact has arrived meanwhile.</returns>
    public static async Task<bool> DecidedAsync(Transaction transaction, ScaledApplication row, string last) => await transaction.ExecuteAsync(
        """
        UPDATE applications SET last = @last, wanted = @Wanted, pending = @Pending, pending_to = @PendingTo, pending_since = @PendingSince
        WHERE name = @Name AND touched = @Touched AND removed = 0
        """,
        new { last, row.Wanted, row.Pending, row.PendingTo, row.PendingSince, row.Name, row.Touched }) == 1;

    /// <summary>A rollout has begun: its settings hold from now on, and nothing is decided until it ends.</summary>
    public static async Task RolloutStartedAsync(Transaction transaction, string name, Guid rollout, string revision, string? settings, int wanted, DateTimeOffset at)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO applications (name, settings, wanted, rollout, rollout_revision, next_decision, scaled_at, removed)
            VALUES (@name, @settings, @wanted, @rollout, @revision, @at, @never, 0)
            ON CONFLICT (name) DO UPDATE SET
                settings_before = CASE WHEN applications.removed = 1 THEN NULL ELSE applications.settings END,
                settings = COALESCE(@given, applications.settings),
                wanted = CASE WHEN applications.removed = 1 THEN excluded.wanted ELSE applications.wanted END,
                rollout = excluded.rollout, rollout_revision = excluded.rollout_revision, removed = 0
            WHERE applications.ended_rollout IS NULL OR applications.ended_rollout <> excluded.rollout
            """,
            new { name, settings = settings ?? "{}", given = settings, wanted, rollout, revision, at, never = DateTimeOffset.UnixEpoch });
    }

    /// <summary>A rollout has ended; <paramref name="serves"/> serves now (null: what served before), and unless it ended well the old settings return.</summary>
    public static Task RolloutEndedAsync(Transaction transaction, string name, Guid rollout, string? serves, bool well) => transaction.ExecuteAsync(
        $"""
        UPDATE applications SET rollout = NULL, rollout_revision = NULL, ended_rollout = @rollout, revision = COALESCE(@serves, revision),
            settings = {(well ? "settings" : "COALESCE(settings_before, settings)")}, settings_before = NULL
        WHERE name = @name AND rollout = @rollout
        """,
        new { name, rollout, serves });

    /// <summary>The owner of replicas says how many are wanted. A change that somebody else asked for is held for a while.</summary>
    public static Task ScaledAsync(Transaction transaction, string name, int wanted, DateTimeOffset at, Guid command) => transaction.ExecuteAsync(
        """
        UPDATE applications SET wanted = @wanted, scaled_at = @at,
            pending_to = CASE WHEN pending = @command THEN NULL ELSE pending_to END,
            pending_since = CASE WHEN pending = @command THEN NULL ELSE pending_since END,
            pending = CASE WHEN pending = @command THEN NULL ELSE pending END
        WHERE name = @name AND scaled_at <= @at
        """,
        new { name, wanted, at, command });

    /// <summary>The owner of replicas did not do it: the command is answered, and what it would have changed does not count.</summary>
    public static async Task RefusedAsync(Transaction transaction, string name, Guid command)
    {
        await transaction.ExecuteAsync("DELETE FROM changes WHERE command = @command", new { command });
        await transaction.ExecuteAsync(
            // A person's number that was refused holds nothing either.
            "UPDATE applications SET pending = NULL, pending_to = NULL, pending_since = NULL, hold_until = NULL, hold_by = NULL, hold_reason = NULL WHERE name = @name AND pending = @command",
            new { name, command });
    }

    public static Task HoldAsync(Transaction transaction, string name, DateTimeOffset? until, string? by, string? reason) => transaction.ExecuteAsync(
        "UPDATE applications SET hold_until = @until, hold_by = @by, hold_reason = @reason WHERE name = @name", new { name, until, by, reason });

    public static Task SentAsync(Transaction transaction, string name, Guid command, int to, DateTimeOffset at) => transaction.ExecuteAsync(
        "UPDATE applications SET pending = @command, pending_to = @to, pending_since = @at WHERE name = @name", new { name, command, to, at });

    public static async Task RemovedAsync(Transaction transaction, string name)
    {
        await transaction.ExecuteAsync(
            "UPDATE applications SET removed = 1, rollout = NULL, pending = NULL, hold_until = NULL, last = NULL, revision = NULL WHERE name = @name", new { name });
        await transaction.ExecuteAsync("DELETE FROM replicas WHERE application = @name", new { name });
        await transaction.ExecuteAsync("DELETE FROM recommendations WHERE application = @name", new { name });
        await transaction.ExecuteAsync("DELETE FROM changes WHERE application = @name", new { name });
    }

    /// <summary>A fact about a replica; an older one that arrives later changes nothing.</summary>
    public static async Task ReplicaAsync(Transaction transaction, string application, string id, string revision, bool ready, bool stopped, DateTimeOffset startedAt, DateTimeOffset at)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO replicas (id, application, revision, started_at, ready, changed_at, stopped)
            VALUES (@id, @application, @revision, @startedAt, @ready, @at, @stopped)
            ON CONFLICT (id) DO UPDATE SET
                started_at = CASE WHEN excluded.ready = 1 AND replicas.ready = 0 THEN replicas.started_at ELSE excluded.started_at END,
                ready = excluded.ready, changed_at = excluded.changed_at, stopped = excluded.stopped
            WHERE replicas.changed_at <= excluded.changed_at AND replicas.stopped = 0
            """,
            new { id, application, revision, startedAt, ready, at, stopped });

        // A stopped replica's row stays a while, so that a late fact about it does not bring it back.
        await transaction.ExecuteAsync("DELETE FROM replicas WHERE stopped = 1 AND changed_at < @old", new { old = at - TimeSpan.FromHours(1) });
    }
}

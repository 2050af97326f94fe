using Platform.Storage;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Replicas;

/// <summary>A replica as recorded: first the intent, then what was started, then what became of it.</summary>
internal sealed record ReplicaRow
{
    /// <summary>Its id, unique for ever.</summary>
    public required string Id { get; init; }
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The revision.</summary>
    public required string Revision { get; init; }
    /// <summary>Grows with each attempt to start it; the process carries it as a marker.</summary>
    public required long Generation { get; init; }
    /// <summary>State as text.</summary>
    public required string State { get; init; }
    /// <summary>The port it is told to listen on.</summary>
    public required int Port { get; init; }
    /// <summary>What its runtime knows it by; null: not started, or not recorded yet.</summary>
    public string? Instance { get; init; }
    /// <summary>Where it listens.</summary>
    public string? Address { get; init; }
    /// <summary>Replicas that failed before it in its place.</summary>
    public required int Restarts { get; init; }
    /// <summary>When it was intended.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When its process was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>When it was first healthy.</summary>
    public DateTimeOffset? ReadyAt { get; init; }
    /// <summary>It was in a table sent to the gateway.</summary>
    public required bool Routed { get; init; }
    /// <summary>The first table without it.</summary>
    public long? LeftGeneration { get; init; }
    /// <summary>When the gateway acknowledged such a table.</summary>
    public DateTimeOffset? LeftAt { get; init; }
    /// <summary>The gateway has no request under way to it.</summary>
    public required bool Drained { get; init; }
    /// <summary>What was last seen of it that matters.</summary>
    public string? Note { get; init; }

    /// <summary>The state.</summary>
    public ReplicaState Phase => ReplicaStates.Parse(State);

    /// <summary>What was started; null: nothing recorded.</summary>
    public ReplicaHandle? Handle => Instance is null ? null : new ReplicaHandle
    {
        Id = Id,
        Application = Application,
        Revision = Revision,
        Generation = Generation,
        Instance = Instance,
        Address = new Uri(Address!),
    };
}

/// <summary>Replicas in the module's database.</summary>
internal static class ReplicaStore
{
    private const string Columns =
        "id, application, revision, generation, state, port, instance, address, restarts, created_at, started_at, ready_at, routed, left_generation, left_at, drained, note";

    /// <summary>All replicas that have not ended.</summary>
    public static Task<IReadOnlyList<ReplicaRow>> LiveReplicasAsync(this Reader reader) =>
        reader.QueryAsync<ReplicaRow>($"SELECT {Columns} FROM replicas WHERE state NOT IN ('stopped', 'failed') ORDER BY created_at, id");

    /// <summary>An application's replicas that have not ended.</summary>
    public static Task<IReadOnlyList<ReplicaRow>> LiveReplicasAsync(this Reader reader, string application) =>
        reader.QueryAsync<ReplicaRow>(
            $"SELECT {Columns} FROM replicas WHERE application = @application AND state NOT IN ('stopped', 'failed') ORDER BY created_at, id", new { application });

    /// <summary>One replica.</summary>
    public static Task<ReplicaRow?> ReplicaAsync(this Reader reader, string id) =>
        reader.FirstOrDefaultAsync<ReplicaRow>($"SELECT {Columns} FROM replicas WHERE id = @id", new { id });

    /// <summary>What went wrong first with replicas of a revision that were intended since <paramref name="since"/>; null: nothing.</summary>
    public static Task<string?> FirstFailureAsync(this Reader reader, string application, string revision, DateTimeOffset since) =>
        reader.FirstOrDefaultAsync<string>(
            """
            SELECT id || ': ' || COALESCE(note, 'failed') FROM replicas
            WHERE application = @application AND revision = @revision AND created_at >= @since AND state IN ('failed', 'unhealthy')
            ORDER BY state, ended_at, id LIMIT 1
            """,
            new { application, revision, since });

    /// <summary>The intent to start a replica.</summary>
    public static Task IntendAsync(this Transaction tx, string id, string application, string revision, int port, int restarts, DateTimeOffset now) =>
        tx.ExecuteAsync(
            """
            INSERT INTO replicas (id, application, revision, generation, state, port, restarts, created_at, routed, drained)
            VALUES (@id, @application, @revision, 1, 'starting', @port, @restarts, @now, 0, 0)
            """,
            new { id, application, revision, port, restarts, now });

    /// <summary>A new attempt: whatever an earlier one may still start is not this replica.</summary>
    public static Task RetryAsync(this Transaction tx, string id, int port) =>
        tx.ExecuteAsync("UPDATE replicas SET generation = generation + 1, port = @port WHERE id = @id AND instance IS NULL", new { id, port });

    /// <summary>Records what was started.</summary>
    /// <returns>False: the intent has ended or is another attempt's; what was started is nobody's.</returns>
    public static async Task<bool> RecordStartAsync(this Transaction tx, ReplicaHandle handle, DateTimeOffset now) =>
        await tx.ExecuteAsync(
            """
            UPDATE replicas SET instance = @instance, address = @address, started_at = COALESCE(started_at, @now)
            WHERE id = @id AND generation = @generation AND state NOT IN ('stopped', 'failed')
            """,
            new { id = handle.Id, generation = handle.Generation, instance = handle.Instance, address = handle.Address.OriginalString, now }) == 1;

    /// <summary>From one state to another.</summary>
    /// <returns>False: it was not in <paramref name="from"/> any more.</returns>
    public static async Task<bool> MoveAsync(this Transaction tx, string id, ReplicaState from, ReplicaState to, string? note, DateTimeOffset now) =>
        await tx.ExecuteAsync(
            """
            UPDATE replicas SET state = @to, note = COALESCE(@note, note),
                ready_at = CASE WHEN @to = 'ready' THEN COALESCE(ready_at, @now) ELSE ready_at END,
                ended_at = CASE WHEN @to IN ('stopped', 'failed') THEN @now ELSE ended_at END
            WHERE id = @id AND state = @from
            """,
            new { id, from = from.Name(), to = to.Name(), note, now }) == 1;
}

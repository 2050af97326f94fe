using Platform.Contracts.Deployments;
using Platform.Storage;

namespace Platform.Deployment.Pipeline;

/// <summary>A job as it is recorded.</summary>
internal sealed record JobRow
{
    /// <summary>The rollout.</summary>
    public required Guid Rollout { get; init; }
    /// <summary>Its place in the order.</summary>
    public required int Number { get; init; }
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }
    /// <summary>What kind of work it is.</summary>
    public required string Kind { get; init; }
    /// <summary>Where it stands.</summary>
    public required string State { get; init; }
    /// <summary>How often it was begun.</summary>
    public required int Attempt { get; init; }
    /// <summary>It has failed after this.</summary>
    public required TimeSpan TimeLimit { get; init; }
    /// <summary>The number of the job that it takes back; null: none.</summary>
    public int? Undoes { get; init; }
    /// <summary>True: the rollout goes on without it.</summary>
    public required bool Optional { get; init; }
    /// <summary>True: it is to be stopped.</summary>
    public required bool Cancel { get; init; }
    /// <summary>When it was first begun.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>How its command ended; null: it is none, or has not.</summary>
    public int? ExitCode { get; init; }
    /// <summary>How it ended, in a sentence.</summary>
    public string? Message { get; init; }
    /// <summary>The last lines of its log, where the log itself is gone.</summary>
    public string? Tail { get; init; }

    /// <summary>Before what the rollout waits for it.</summary>
    public required string Gate { get; init; }

    /// <summary>Where it stands.</summary>
    public JobState Phase => JobStates.Parse(State);

    /// <summary>What it is called outside: its process's marker, its log's name.</summary>
    public string Id => $"job-{Rollout:N}-{Number}";
}

/// <summary>Jobs as others may see them.</summary>
internal static class JobViews
{
    /// <summary>The job.</summary>
    public static JobView View(this JobRow job) => new()
    {
        Number = job.Number,
        Name = job.Name,
        Kind = job.Kind,
        Gate = char.ToLowerInvariant(job.Gate[0]) + job.Gate[1..],
        State = job.State,
        Attempt = job.Attempt,
        TimeLimit = job.TimeLimit,
        StartedAt = job.StartedAt,
        Duration = job.EndedAt - job.StartedAt,
        ExitCode = job.ExitCode,
        Message = job.Message,
        Undoes = job.Undoes,
        Optional = job.Optional,
    };

    /// <summary>The jobs of a plan that has not begun.</summary>
    public static JobView View(this PlannedJob job) => new()
    {
        Number = job.Number,
        Name = job.Name,
        Kind = job.Work?.Kind ?? "",
        Gate = char.ToLowerInvariant(job.Gate.ToString()[0]) + job.Gate.ToString()[1..],
        State = JobState.Planned.Name(),
        TimeLimit = job.Limit,
        Undoes = job.Undoes,
        Optional = job.IsOptional,
    };
}

/// <summary>Jobs in the module's database.</summary>
internal static class JobStore
{
    private const string Columns =
        "rollout, number, name, kind, gate, state, attempt, time_limit, undoes, optional, cancel, started_at, ended_at, exit_code, message, tail";

    /// <summary>A rollout's jobs in their order.</summary>
    public static Task<IReadOnlyList<JobRow>> JobsAsync(this Reader reader, Guid rollout) =>
        reader.QueryAsync<JobRow>($"SELECT {Columns} FROM rollout_jobs WHERE rollout = @rollout ORDER BY number", new { rollout });

    /// <summary>One job; null: there is none.</summary>
    public static Task<JobRow?> JobAsync(this Reader reader, Guid rollout, int number) =>
        reader.FirstOrDefaultAsync<JobRow>($"SELECT {Columns} FROM rollout_jobs WHERE rollout = @rollout AND number = @number", new { rollout, number });

    /// <summary>All jobs that are due or running, each rollout's in their order.</summary>
    public static Task<IReadOnlyList<JobRow>> OpenJobsAsync(this Reader reader) =>
        reader.QueryAsync<JobRow>($"SELECT {Columns} FROM rollout_jobs WHERE state IN ('due', 'running') ORDER BY rollout, number");

    /// <summary>Writes a job down. Twice is once.</summary>
    public static Task AddJobAsync(this Transaction tx, Guid rollout, PlannedJob job) => tx.ExecuteAsync(
        """
        INSERT INTO rollout_jobs (rollout, number, name, kind, gate, state, attempt, time_limit, undoes, optional, cancel)
        VALUES (@rollout, @Number, @Name, @kind, @gate, 'planned', 0, @Limit, @Undoes, @IsOptional, 0)
        ON CONFLICT (rollout, number) DO NOTHING
        """,
        new { rollout, job.Number, job.Name, kind = job.Work?.Kind ?? "", gate = job.Gate.ToString(), job.Limit, job.Undoes, job.IsOptional });

    /// <summary>A gate has been reached: its jobs are due, but for those that would take back what was never begun.</summary>
    public static async Task OpenGateAsync(this Transaction tx, Guid rollout, JobGate gate)
    {
        await tx.ExecuteAsync(
            """
            UPDATE rollout_jobs SET state = 'skipped'
            WHERE rollout = @rollout AND gate = @gate AND state = 'planned' AND undoes IS NOT NULL
              AND undoes NOT IN (SELECT begun.number FROM rollout_jobs begun WHERE begun.rollout = @rollout AND begun.attempt > 0)
            """,
            new { rollout, gate = gate.ToString() });
        await tx.ExecuteAsync(
            "UPDATE rollout_jobs SET state = 'due' WHERE rollout = @rollout AND gate = @gate AND state = 'planned'", new { rollout, gate = gate.ToString() });
    }

    /// <summary>The rollout is given up, or at its end: what was not begun is not, what runs is to be stopped.</summary>
    /// <param name="tx">The transaction.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="all">True: what takes back is meant too.</param>
    public static async Task GiveUpJobsAsync(this Transaction tx, Guid rollout, bool all)
    {
        var kept = all ? "" : JobGate.Undo.ToString();
        await tx.ExecuteAsync("UPDATE rollout_jobs SET state = 'skipped' WHERE rollout = @rollout AND state IN ('planned', 'due') AND gate <> @kept", new { rollout, kept });
        await tx.ExecuteAsync("UPDATE rollout_jobs SET cancel = 1 WHERE rollout = @rollout AND state = 'running' AND gate <> @kept", new { rollout, kept });
    }

    /// <summary>What an earlier run of the service left running is begun again, unless nobody wants it any more.</summary>
    public static async Task TakeUpJobsAsync(this Transaction tx, DateTimeOffset now)
    {
        await tx.ExecuteAsync("UPDATE rollout_jobs SET state = 'stopped', ended_at = @now, message = 'stopped: the rollout was given up' WHERE state = 'running' AND cancel = 1", new { now });
        await tx.ExecuteAsync("UPDATE rollout_jobs SET state = 'due' WHERE state = 'running'");
    }

    /// <summary>The intent to run a job; false: it is not due any more.</summary>
    public static async Task<bool> BeginJobAsync(this Transaction tx, JobRow job, DateTimeOffset now) => await tx.ExecuteAsync(
        "UPDATE rollout_jobs SET state = 'running', attempt = attempt + 1, started_at = COALESCE(started_at, @now) WHERE rollout = @Rollout AND number = @Number AND state = 'due' AND attempt = @Attempt AND cancel = 0",
        new { job.Rollout, job.Number, job.Attempt, now }) == 1;

    /// <summary>How a job ended; false: that is known already, or it was begun again meanwhile.</summary>
    public static async Task<bool> EndJobAsync(this Transaction tx, JobRow job, int attempt, JobState state, JobResult result, DateTimeOffset now) => await tx.ExecuteAsync(
        """
        UPDATE rollout_jobs SET state = @state, ended_at = @now, exit_code = @ExitCode, message = @Message, tail = @Tail
        WHERE rollout = @Rollout AND number = @Number AND state = 'running' AND attempt = @attempt
        """,
        new { job.Rollout, job.Number, attempt, state = state.Name(), now, result.ExitCode, result.Message, result.Tail }) == 1;
}

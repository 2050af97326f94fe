using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Deployment.Measurements;
using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>Rollouts and their steps in the module's database: what people read, and when the saga is to be looked at next.</summary>
internal static class RolloutStore
{
    private const string Columns = "id, application, revision, stable_revision, strategy, state, message, requested_by, reason, created_at, ended_at";

    /// <summary>One rollout, without its steps.</summary>
    public static Task<RolloutView?> RolloutAsync(this Reader reader, Guid id) =>
        reader.FirstOrDefaultAsync<RolloutView>($"SELECT {Columns} FROM rollouts WHERE id = @id", new { id });

    /// <summary>A page, newest first, without their steps.</summary>
    /// <param name="reader">The database.</param>
    /// <param name="application">Only this application's; null: all.</param>
    /// <param name="after">The last rollout of the page before; null: from the newest.</param>
    /// <param name="limit">At most so many.</param>
    public static Task<IReadOnlyList<RolloutView>> RolloutsAsync(this Reader reader, string? application, RolloutView? after, int limit) =>
        reader.QueryAsync<RolloutView>(
            $"""
            SELECT {Columns} FROM rollouts
            WHERE (@application = '' OR application = @application)
              AND (@id = '' OR created_at < @at OR (created_at = @at AND id < @id))
            ORDER BY created_at DESC, id DESC LIMIT @limit
            """,
            new { application = application ?? "", id = after?.Id.ToString() ?? "", at = after?.CreatedAt ?? DateTimeOffset.UnixEpoch, limit });

    /// <summary>An application's rollouts that have not ended, oldest first: the first is the running or next one.</summary>
    public static Task<IReadOnlyList<RolloutView>> OpenRolloutsAsync(this Reader reader, string application) =>
        reader.QueryAsync<RolloutView>(
            $"SELECT {Columns} FROM rollouts WHERE application = @application AND ended_at IS NULL ORDER BY created_at, id", new { application });

    /// <summary>The rollout with its steps and its course.</summary>
    public static async Task<RolloutView> WholeAsync(this Reader reader, RolloutView rollout)
    {
        var course = await reader.FirstOrDefaultAsync<string>("SELECT course FROM rollouts WHERE id = @Id", new { rollout.Id });
        return rollout with
        {
            Steps = await reader.StepsAsync(rollout.Id),
            Course = course is null ? null : JsonSerializer.Deserialize<RolloutCourse>(course),
        };
    }

    /// <summary>A rollout's steps.</summary>
    public static Task<IReadOnlyList<RolloutStepView>> StepsAsync(this Reader reader, Guid rollout) =>
        reader.QueryAsync<RolloutStepView>("SELECT step, at, duration, message, failed FROM rollout_steps WHERE rollout = @rollout ORDER BY number", new { rollout });

    /// <summary>Rollouts that are to be looked at now.</summary>
    public static Task<IReadOnlyList<DueTick>> DueTicksAsync(this Reader reader, DateTimeOffset now) =>
        reader.QueryAsync<DueTick>("SELECT id, application, due_at FROM rollouts WHERE due_at <= @now ORDER BY due_at LIMIT 100", new { now });

    /// <summary>Writes a rollout down. Twice is once.</summary>
    /// <param name="tx">The transaction.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="trace">The trace it belongs to, so that what it starts later is part of it.</param>
    public static Task AddRolloutAsync(this Transaction tx, RolloutView rollout, string? trace) =>
        tx.ExecuteAsync(
            """
            INSERT INTO rollouts (id, application, revision, stable_revision, strategy, state, message, requested_by, reason, created_at, trace)
            VALUES (@Id, @Application, @Revision, @StableRevision, @Strategy, @State, @Message, @RequestedBy, @Reason, @CreatedAt, @trace)
            ON CONFLICT (id) DO NOTHING
            """,
            new
            {
                rollout.Id,
                rollout.Application,
                rollout.Revision,
                rollout.StableRevision,
                rollout.Strategy,
                rollout.State,
                rollout.Message,
                rollout.RequestedBy,
                rollout.Reason,
                rollout.CreatedAt,
                trace,
            });

    /// <summary>Shows where a rollout stands. An end has no next look.</summary>
    public static Task ShowAsync(this Transaction tx, Guid id, RolloutProgress progress, RolloutCourse? course, Measures? measures, DateTimeOffset now, DateTimeOffset due) =>
        tx.ExecuteAsync(
            """
            UPDATE rollouts SET state = @state, message = @message, stable_revision = @stable, strategy = COALESCE(@strategy, strategy),
                course = COALESCE(@course, course), measures = @measures, ended_at = @ended, due_at = @due
            WHERE id = @id
            """,
            new
            {
                id,
                state = progress.Stage.Name(),
                message = progress.Message,
                stable = progress.Stable,
                strategy = progress.Plan?.Strategy,
                course = course is null ? null : JsonSerializer.Serialize(course),
                measures = measures is null ? null : JsonSerializer.Serialize(measures),
                ended = progress.Stage.IsEnd() ? now : (DateTimeOffset?)null,
                due = progress.Stage.IsEnd() ? (DateTimeOffset?)null : due,
            });

    /// <summary>Adds a step to the history.</summary>
    public static Task AddStepAsync(this Transaction tx, Guid rollout, RolloutStep step, DateTimeOffset now) =>
        tx.ExecuteAsync(
            """
            INSERT INTO rollout_steps (rollout, number, step, at, duration, message, failed)
            SELECT @rollout, COALESCE(MAX(number), 0) + 1, @step, @now, @duration, @message, @failed FROM rollout_steps WHERE rollout = @rollout
            """,
            new { rollout, step = step.Step, now, duration = step.Duration, message = step.Message, failed = step.Failed });
}

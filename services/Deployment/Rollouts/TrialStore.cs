using Platform.Storage;

namespace Platform.Deployment.Rollouts;

/// <summary>The present state of each rollout's trial in the module's database: one row, as long as the rollout goes on.</summary>
internal static class TrialStore
{
    /// <summary>What was written down of a trial; null: nothing.</summary>
    public static Task<KeptTrial?> TrialAsync(this Reader reader, Guid rollout) =>
        reader.FirstOrDefaultAsync<KeptTrial>("SELECT baseline, since, reading, content FROM rollout_trials WHERE rollout = @rollout", new { rollout });

    /// <summary>Writes a trial down, over what was there.</summary>
    public static Task KeepTrialAsync(this Transaction tx, Guid rollout, KeptTrial trial) => tx.ExecuteAsync(
        """
        INSERT INTO rollout_trials (rollout, baseline, since, reading, content) VALUES (@rollout, @Baseline, @Since, @Reading, @Content)
        ON CONFLICT (rollout) DO UPDATE SET baseline = excluded.baseline, since = excluded.since, reading = excluded.reading, content = excluded.content
        """,
        new { rollout, trial.Baseline, trial.Since, trial.Reading, trial.Content });

    /// <summary>The rollout has ended.</summary>
    public static Task ForgetTrialAsync(this Transaction tx, Guid rollout) => tx.ExecuteAsync("DELETE FROM rollout_trials WHERE rollout = @rollout", new { rollout });
}

/// <summary>A trial, written down.</summary>
internal sealed record KeptTrial
{
    /// <summary>The revision that the new one is compared with.</summary>
    public required string Baseline { get; init; }
    /// <summary>Since when requests reach the new revision: UTC ticks, for it must be the very moment.</summary>
    public required long Since { get; init; }
    /// <summary>The last reading that it has seen.</summary>
    public required long Reading { get; init; }
    /// <summary>What it remembers: its notes in base 64.</summary>
    public required string Content { get; init; }
}

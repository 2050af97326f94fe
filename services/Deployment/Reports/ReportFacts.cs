using Platform.Deployment.Applications;
using Platform.Deployment.Usage;
using Platform.Storage;

namespace Platform.Deployment.Reports;

/// <summary>What the deployment service's own database knows of a time.</summary>
/// <param name="From">Its first moment.</param>
/// <param name="To">The first moment after it.</param>
internal sealed record ReportFacts(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Rollouts that ended in it.</summary>
    public IReadOnlyList<EndedRollout> Rollouts { get; init; } = [];
    /// <summary>Their steps.</summary>
    public IReadOnlyList<EndedStep> Steps { get; init; } = [];
    /// <summary>What was scaled, or refused, in it.</summary>
    public IReadOnlyList<Scaled> Scalings { get; init; } = [];
    /// <summary>Replicas that ran in it, be it for a part.</summary>
    public IReadOnlyList<Ran> Replicas { get; init; } = [];
    /// <summary>What applications did and used, by the hour.</summary>
    public IReadOnlyList<UsageHour> Usage { get; init; } = [];
    /// <summary>There was more than is read for one report.</summary>
    public bool IsCut { get; init; }
}

/// <summary>A rollout that ended.</summary>
internal sealed record EndedRollout
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>How it ended.</summary>
    public required string State { get; init; }
    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }
}

/// <summary>A step of a rollout that ended.</summary>
internal sealed record EndedStep
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>Its name.</summary>
    public required string Step { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
}

/// <summary>An entry of the scaling history.</summary>
internal sealed record Scaled
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>Replicas before.</summary>
    public required int ReplicasBefore { get; init; }
    /// <summary>Replicas asked for.</summary>
    public required int ReplicasAfter { get; init; }
    /// <summary>Why it was not done; null: it was.</summary>
    public string? Refused { get; init; }
}

/// <summary>A replica that ran.</summary>
internal sealed record Ran
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>Its revision.</summary>
    public required string Revision { get; init; }
    /// <summary>Its state now.</summary>
    public required string State { get; init; }
    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>When it was first healthy; null: it never was.</summary>
    public DateTimeOffset? ReadyAt { get; init; }
    /// <summary>When it ended; null: it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Cores that its manifest reserves; null: it says nothing.</summary>
    public double? Cpu { get; init; }
    /// <summary>Bytes that its manifest reserves; null: it says nothing.</summary>
    public long? MemoryBytes { get; init; }
}

/// <summary>Reads the facts.</summary>
internal sealed class ReportReader(Manifests manifests)
{
    /// <summary>More rows than this of one kind are not read.</summary>
    private const int Most = 50_000;

    /// <summary>Reads them.</summary>
    public async Task<ReportFacts> ReadAsync(Reader reader, DateTimeOffset from, DateTimeOffset to)
    {
        var range = new { from, to, most = Most };
        var rollouts = await reader.QueryAsync<EndedRollout>(
            "SELECT application, state, created_at, ended_at FROM rollouts WHERE ended_at >= @from AND ended_at < @to ORDER BY ended_at LIMIT @most", range);
        var steps = await reader.QueryAsync<EndedStep>(
            "SELECT r.application, s.step, s.duration FROM rollout_steps s JOIN rollouts r ON r.id = s.rollout WHERE r.ended_at >= @from AND r.ended_at < @to LIMIT @most", range);
        var scalings = await reader.QueryAsync<Scaled>(
            "SELECT application, replicas_before, replicas_after, refused FROM scaling_history WHERE at >= @from AND at < @to LIMIT @most", range);
        var replicas = await reader.QueryAsync<Ran>(
            """
            SELECT application, revision, state, started_at, ready_at, ended_at FROM replicas
            WHERE started_at < @to AND (ended_at IS NULL OR ended_at >= @from) ORDER BY started_at LIMIT @most
            """,
            range);
        var usage = await reader.UsageAsync(UsageHour.HourOf(from), to, Most);
        var sizes = new Dictionary<(string, string), Workloads.Manifests.ResourceSpec?>();
        var sized = new List<Ran>(replicas.Count);
        foreach (var replica in replicas)
        {
            if (!sizes.TryGetValue((replica.Application, replica.Revision), out var size))
                sizes[(replica.Application, replica.Revision)] = size = (await manifests.FindAsync(reader, replica.Application, replica.Revision))?.Resources;
            sized.Add(replica with { Cpu = size?.Cpu, MemoryBytes = size?.MemoryBytes });
        }

        return new ReportFacts(from, to)
        {
            Rollouts = rollouts,
            Steps = steps,
            Scalings = scalings,
            Replicas = sized,
            Usage = usage,
            IsCut = usage.Count == Most || rollouts.Count == Most || steps.Count == Most || scalings.Count == Most || replicas.Count == Most,
        };
    }
}

using Platform.Contracts.Http;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline;

/// <summary>A job under way, as whoever does it sees it.</summary>
internal sealed record JobContext
{
    /// <summary>The job as it is recorded.</summary>
    public required JobRow Row { get; init; }
    /// <summary>Which attempt this is, from 1.</summary>
    public required int Attempt { get; init; }
    /// <summary>What is to be done.</summary>
    public required JobWork Work { get; init; }
    /// <summary>The rollout.</summary>
    public required RolloutView Rollout { get; init; }
    /// <summary>The revision's manifest.</summary>
    public required Manifest Manifest { get; init; }
    /// <summary>The healthy replicas of the new revision.</summary>
    public required IReadOnlyList<JobTarget> Replicas { get; init; }
    /// <summary>Whose its processes are.</summary>
    public required string Owner { get; init; }
    /// <summary>Where it writes what people should see.</summary>
    public required JobLog Log { get; init; }

    /// <summary>What every command of the pipeline is told, so that it knows where it is and can be run twice without harm.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["PLATFORM_ROLLOUT"] = Rollout.Id.ToString(),
        ["PLATFORM_JOB"] = Row.Name,
        ["PLATFORM_ATTEMPT"] = Attempt.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["PLATFORM_STABLE_REVISION"] = Rollout.StableRevision ?? "",
        ["PLATFORM_ADDRESS"] = Replicas.Count > 0 ? Replicas[0].Address : "",
        ["PLATFORM_ADDRESSES"] = string.Join(',', Replicas.Select(r => r.Address)),
    };
}

/// <summary>A replica that a job may ask.</summary>
/// <param name="Replica">Its id.</param>
/// <param name="Address">Where it listens: <c>http://127.0.0.1:41001</c>.</param>
internal sealed record JobTarget(string Replica, string Address);

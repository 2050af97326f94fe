using System.Text.Json;
using Platform.Autoscaler.Scaling;
using Platform.Contracts.Scaling;
using Platform.Hosting.Json;

namespace Platform.Autoscaler.Applications;

/// <summary>What the autoscaler knows of an application: a row of its table.</summary>
internal sealed record ScaledApplication
{
    public required string Name { get; init; }

    /// <summary>The scaling settings in force, JSON.</summary>
    public required string Settings { get; init; }

    /// <summary>The settings before the rollout that is under way: they return when it does.</summary>
    public string? SettingsBefore { get; init; }

    /// <summary>Replicas wanted, as the owner of replicas last said.</summary>
    public int Wanted { get; init; }

    /// <summary>The revision that serves; null before the first rollout has ended well.</summary>
    public string? Revision { get; init; }

    /// <summary>The rollout under way; null: none.</summary>
    public Guid? Rollout { get; init; }

    public string? RolloutRevision { get; init; }

    /// <summary>The rollout that ended last: its start, if it arrives late, changes nothing any more.</summary>
    public Guid? EndedRollout { get; init; }

    /// <summary>Until when a person's number stands; null: no hold.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

    public string? HoldBy { get; init; }

    public string? HoldReason { get; init; }

    /// <summary>A command that was sent and not answered yet; null: none.</summary>
    public Guid? Pending { get; init; }

    public int? PendingTo { get; init; }

    public DateTimeOffset? PendingSince { get; init; }

    /// <summary>Grows with every fact about it.</summary>
    public long Touched { get; init; }

    /// <summary>When <see cref="Wanted"/> was last said: what was said earlier and arrives later is old.</summary>
    public DateTimeOffset ScaledAt { get; init; }

    /// <summary>The last decision, JSON.</summary>
    public string? Last { get; init; }

    public bool Removed { get; init; }

    /// <summary>The settings of what serves: a rollout brings its own into force by its good end.</summary>
    public ScalingSettings SettingsInForce() =>
        JsonSerializer.Deserialize<ScalingSettings>(Rollout is not null && SettingsBefore is { } before ? before : Settings, PlatformJson.Options)!;

    public ScalingDecision? ReadLast() => Last is null ? null : JsonSerializer.Deserialize<ScalingDecision>(Last, PlatformJson.Options);
}

/// <summary>A replica: a row of its table.</summary>
internal sealed record KnownReplica
{
    public required string Id { get; init; }

    public string Application { get; init; } = "";

    public required string Revision { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public bool Ready { get; init; }

    public DateTimeOffset ChangedAt { get; init; }
}

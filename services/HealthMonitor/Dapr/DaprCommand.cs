using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Scaling;

namespace Platform.HealthMonitor.Dapr;

/// <summary>Reads a command out of a CloudEvent. Pure.</summary>
/// <param name="Id">The CloudEvent's id.</param>
/// <param name="Command">The command; null: it is none of ours.</param>
/// <param name="Problem">Why it is none; null: it is one.</param>
internal readonly record struct DaprCommand(string Id, ICommand? Command, string? Problem)
{
    private const int MostReplicas = 1_000;

    /// <param name="envelope">The CloudEvent: <c>type</c> is the command's name, <c>data</c> its members.</param>
    /// <param name="now">The time.</param>
    public static DaprCommand Read(JsonElement envelope, DateTimeOffset now)
    {
        if (envelope.ValueKind is not JsonValueKind.Object || Text(envelope, "id") is not { Length: > 0 and <= 200 } id) return new("", null, "It is no CloudEvent: 'id' is missing.");
        if (Text(envelope, "type") is not { } type) return new(id, null, "It is no CloudEvent: 'type' is missing.");
        if (!envelope.TryGetProperty("data", out var data) || data.ValueKind is not JsonValueKind.Object) return new(id, null, "'data' is missing, or no object.");
        if (Text(data, "application") is not { Length: > 0 and <= 100 } application) return new(id, null, "'data.application' is missing.");

        var reason = Text(data, "reason") is { Length: <= 500 } given ? given : "Asked for through Dapr.";
        var source = Text(envelope, "source") is { Length: > 0 and <= 100 } from ? $"dapr ({from})" : "dapr";
        return type.Split('.')[^1] switch
        {
            nameof(ScaleApplication) => data.TryGetProperty("replicas", out var number) && number.ValueKind is JsonValueKind.Number && number.TryGetInt32(out var replicas) && replicas is >= 0 and <= MostReplicas
                ? new(id, new ScaleApplication { Application = application, At = now, CorrelationId = Guid.NewGuid(), RequestedBy = source, Reason = reason, Replicas = replicas }, null)
                : new(id, null, $"'data.replicas' is no number from 0 to {MostReplicas}."),
            nameof(PromoteRollout) => Rollout(data) is { } rollout
                ? new(id, new PromoteRollout { Application = application, At = now, CorrelationId = rollout, RequestedBy = source, Reason = reason }, null)
                : new(id, null, "'data.rollout' is no rollout's id."),
            nameof(AbortRollout) => Rollout(data) is { } rollout
                ? new(id, new AbortRollout { Application = application, At = now, CorrelationId = rollout, RequestedBy = source, Reason = reason }, null)
                : new(id, null, "'data.rollout' is no rollout's id."),
            _ => new(id, null, $"'{(type.Length > 80 ? type[..80] : type)}' is no command taken here: ScaleApplication, PromoteRollout, AbortRollout."),
        };
    }

    private static Guid? Rollout(JsonElement data) => Guid.TryParse(Text(data, "rollout"), out var id) ? id : null;

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String
        && value.GetString() is { } text && !text.Contains('\0') ? text : null;
}

using System.Text.Json.Nodes;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>
/// What a pod says of the one run of its container that is a replica. A container that the cluster has started again is a later run, and
/// the replica has ended. Pure.
/// </summary>
internal sealed class PodState(JsonObject pod)
{
    /// <summary>Reasons with which a container waits that no waiting mends.</summary>
    private static readonly HashSet<string> Hopeless = new(StringComparer.Ordinal)
    {
        "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "RegistryUnavailable",
    };

    public string Name => pod.NameOf();

    public string Uid => pod.UidOf();

    /// <summary>Where it is reached; null: it has no address (yet).</summary>
    public string? Address => pod.Text("status", "podIP") is { Length: > 0 } address ? address : null;

    public bool HasNode => pod.Text("spec", "nodeName") is { Length: > 0 };

    /// <summary>It is to go: the cluster has asked it to end.</summary>
    public bool IsLeaving => LeavingSince is not null;

    /// <summary>When it was to have ended.</summary>
    public DateTimeOffset? LeavingSince => pod.Time("metadata", "deletionTimestamp");

    public bool IsRunning => !HasEnded && Container.At("state", "running") is not null;

    public bool HasEnded => Ended is not null || pod.Text("status", "phase") is "Failed" or "Succeeded";

    /// <summary>It is running, or has run.</summary>
    public bool HasStarted => IsRunning || Ended is not null;

    /// <summary>The cluster has started its container again: a later run, whose output is not this one's.</summary>
    public bool WasStartedAgain => Container.Number("restartCount") > 0;

    /// <summary>How it ended; unknown where only its going was seen.</summary>
    public ExitStatus Exit
    {
        get
        {
            if (Ended is not { } ended) return ExitStatus.Unknown with { Reason = PodsReason };
            var status = ended.Number("exitCode") is { } code ? FollowedContainer.StatusOf((int)code) : ExitStatus.Unknown;
            var reason = ended.Text("reason") switch
            {
                "OOMKilled" => $"OOMKilled: it reached its memory limit{(Limit is { } limit ? $" ({limit})" : "")}",
                null or "Completed" or "Error" => PodsReason,
                var other => ended.Text("message") is { Length: > 0 } words ? $"{other}: {words.Trim()}" : other,
            };
            return status with { Reason = reason };
        }
    }

    /// <summary>Why it will not start, in the cluster's words; null: nothing speaks against it.</summary>
    public string? WhyNot
    {
        get
        {
            var waiting = Container.At("state", "waiting");
            if (waiting.Text("reason") is { } reason && Hopeless.Contains(reason)) return Words(reason, waiting.Text("message"));
            return pod.Text("status", "phase") == "Failed" && Ended is null ? PodsReason ?? "the pod failed" : null;
        }
    }

    /// <summary>Why it has no node; null: it has, or nothing is known.</summary>
    public string? WhyNoNode => HasNode ? null : pod.Items("status", "conditions")
        .Where(c => c.Text("type") == "PodScheduled" && c.Text("status") == "False")
        .Select(c => Words(c.Text("reason") ?? "Unschedulable", c.Text("message")))
        .FirstOrDefault();

    /// <summary>How far it has come, for who has waited too long.</summary>
    public string Progress => Container.At("state", "waiting") is { } waiting ? Words(waiting.Text("reason") ?? "waiting", waiting.Text("message")) : pod.Text("status", "phase") ?? "Pending";

    private JsonObject? Container => pod.Items("status", "containerStatuses").FirstOrDefault(c => c.Text("name") == DeploymentPlan.Container);

    /// <summary>The end of the first run, whether or not there was another.</summary>
    private JsonNode? Ended => Container.At("lastState", "terminated") ?? Container.At("state", "terminated");

    /// <summary><c>Evicted: the node was low on memory</c></summary>
    private string? PodsReason => pod.Text("status", "reason") is { Length: > 0 } reason ? Words(reason, pod.Text("status", "message")) : null;

    private string? Limit => pod.Items("spec", "containers").FirstOrDefault().Text("resources", "limits", "memory");

    private static string Words(string reason, string? message) => string.IsNullOrWhiteSpace(message) ? reason : $"{reason}: {message.Trim().TrimEnd('.')}";
}

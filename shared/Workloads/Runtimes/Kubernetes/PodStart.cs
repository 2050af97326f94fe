using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>Waits until a replica's Deployment has a pod that runs, or tells in the cluster's own words why it has none.</summary>
internal sealed class PodStart(KubernetesRuntimeOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100), LaterLook = TimeSpan.FromSeconds(1), Later = TimeSpan.FromSeconds(10);

    /// <exception cref="ReplicaStartException">It does not start.</exception>
    public async Task<PodState> StartedAsync(ApiClient api, string place, string deployment, string image, CancellationToken ct)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var pods = await PodsAsync(api, place, deployment, ct);
            var pod = pods.FirstOrDefault(p => !p.IsLeaving);
            if (pod?.HasStarted == true) return pod;
            if (pod?.WhyNot is { } hopeless) throw Failed(image, await InFullAsync(api, place, pod, hopeless, ct), isTransient: false);
            var elapsed = clock.GetElapsedTime(start);
            if (pod is null && await WhyNoPodAsync(api, place, deployment, ct) is { } refused) throw Failed(image, refused, isTransient: true);
            if (pod?.HasNode != true && elapsed > options.PlacementTimeout)
                throw Failed(image, pod is null ? "the cluster has made no pod; does its controller manager run?" : pod.WhyNoNode ?? "no node was found for its pod; does the scheduler run?", isTransient: true);
            if (elapsed > options.PlacementTimeout + options.PullTimeout)
                throw Failed(image, await InFullAsync(api, place, pod!, $"after {elapsed.TotalSeconds:0} s its pod is still {pod!.Progress}", ct), isTransient: true);
            await Task.Delay(elapsed < Later ? Look : LaterLook, clock, ct);
        }
    }

    /// <summary>The pods of a replica's Deployment, the oldest first: any other is one that the cluster has put in its place.</summary>
    public static async Task<IReadOnlyList<PodState>> PodsAsync(ApiClient api, string place, string deployment, CancellationToken ct)
    {
        var (pods, _) = await api.ListAsync(ResourcePaths.Pods(place), $"{DeploymentPlan.Instance}={deployment}", ct);
        return [.. pods.OrderBy(p => p.Time("metadata", "creationTimestamp")).Select(p => new PodState(p))];
    }

    /// <summary>What the cluster says when it may not make a pod: a quota, a policy.</summary>
    private static async Task<string?> WhyNoPodAsync(ApiClient api, string place, string deployment, CancellationToken ct)
    {
        var found = await api.GetAsync($"{ResourcePaths.Deployments(place)}/{deployment}", ct);
        return found is null
            ? "somebody has deleted its Deployment"
            : found.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "ReplicaFailure" && c.Text("status") == "True").Text("message");
    }

    /// <summary>A container's own words are short ("Back-off pulling image"); the warnings among its pod's events say what happened.</summary>
    private static async Task<string> InFullAsync(ApiClient api, string place, PodState pod, string words, CancellationToken ct)
    {
        try
        {
            var selector = Uri.EscapeDataString($"involvedObject.uid={pod.Uid},type=Warning");
            var events = await api.GetAsync($"{ResourcePaths.Events(place)}?fieldSelector={selector}", ct);
            var last = events.Items("items").OrderBy(e => e.Time("lastTimestamp") ?? e.Time("eventTime")).Select(e => e.Text("message")?.Trim().TrimEnd('.')).LastOrDefault(m => m is not (null or "Error: ImagePullBackOff" or "Error: ErrImagePull"));
            return last is null || words.Contains(last, StringComparison.Ordinal) ? words : $"{words} ({last})";
        }
        catch (RuntimeUnavailableException)
        {
            // The events are only more words.
            return words;
        }
    }

    private static ReplicaStartException Failed(string image, string why, bool isTransient) =>
        new($"The cluster cannot start '{image}': {why.Trim().TrimEnd('.')}. {HowToMend(why)}", isTransient);

    private static string HowToMend(string why) => why switch
    {
        _ when why.Contains("runAsNonRoot", StringComparison.Ordinal) || why.Contains("run as root", StringComparison.Ordinal) => "Say docker.user, or leave kubernetes.restricted out.",
        _ when why.StartsWith("InvalidImageName", StringComparison.Ordinal) || why.Contains("ImagePull", StringComparison.Ordinal) || why.StartsWith("ErrImage", StringComparison.Ordinal) => "Correct docker.image, or give docker.registry the right name and password; every node must be able to get the image.",
        _ when why.Contains("quota", StringComparison.OrdinalIgnoreCase) => "Raise the namespace's quota, or ask for less in resources and scaling.max.",
        _ when why.StartsWith("Unschedulable", StringComparison.Ordinal) => "Give the cluster room, ask for less in resources, or correct kubernetes.nodeSelector.",
        _ => "Correct the docker or kubernetes section, or what they name.",
    };
}

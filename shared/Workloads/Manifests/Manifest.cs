using Platform.Contracts.Scaling;

namespace Platform.Workloads.Manifests;

/// <summary>What a team says about one revision of its application (docs: the manifest). Made by <see cref="ManifestReader"/>, so it is valid.</summary>
public sealed record Manifest
{
    /// <summary>The application: a DNS-1123 label of at most 63 characters.</summary>
    public required string Name { get; init; }
    /// <summary>The revision: letters, digits, <c>.</c>, <c>_</c>, <c>-</c>, at most 63 characters.</summary>
    public required string Revision { get; init; }
    /// <summary>What runs it: <c>process</c> (operating-system processes), <c>docker</c> (containers of one engine), <c>swarm</c> (containers of a Docker Swarm) or <c>kubernetes</c> (pods of a cluster).</summary>
    public string Runtime { get; init; } = RuntimeNames.Process;
    /// <summary>How to start it; set exactly when <see cref="Runtime"/> is <c>process</c>.</summary>
    public ProcessSpec? Process { get; init; }
    /// <summary>How to start it; set exactly when <see cref="Runtime"/> is <c>docker</c>, <c>swarm</c> or <c>kubernetes</c>.</summary>
    public DockerSpec? Docker { get; init; }
    /// <summary>What only a Kubernetes cluster needs to know, when <see cref="Runtime"/> is <c>kubernetes</c>; null: its defaults.</summary>
    public KubernetesSpec? Kubernetes { get; init; }
    /// <summary>The port every replica listens on; 0 (default): the platform assigns one and passes it as <c>PORT</c>. A container in a network of its own may listen on the port of its image.</summary>
    public int Port { get; init; }
    /// <summary>How its health is asked.</summary>
    public HealthSpec Health { get; init; } = new();
    /// <summary>What one replica may use.</summary>
    public ResourceSpec Resources { get; init; } = new();
    /// <summary>How many replicas.</summary>
    public ScalingSettings Scaling { get; init; } = new();
    /// <summary>How a new revision replaces the old one.</summary>
    public RolloutSpec Rollout { get; init; } = new();
    /// <summary>What is done for it besides starting it and moving the traffic.</summary>
    public PipelineSpec Pipeline { get; init; } = new();
    /// <summary>Which requests are its own, and how they reach it.</summary>
    public TrafficSpec Traffic { get; init; } = new();
    /// <summary>Where its own metrics are scraped; null: nowhere.</summary>
    public MetricsSpec? Metrics { get; init; }
    /// <summary><c>development</c>, <c>staging</c> or <c>production</c> (default).</summary>
    public string Environment { get; init; } = "production";
}

/// <summary>Runtimes by the name a manifest calls them.</summary>
public static class RuntimeNames
{
    /// <summary>Operating-system processes of this machine.</summary>
    public const string Process = "process";
    /// <summary>Containers of a Docker engine.</summary>
    public const string Docker = "docker";
    /// <summary>Containers on the nodes of a Docker Swarm.</summary>
    public const string Swarm = "swarm";
    /// <summary>Pods of a Kubernetes cluster.</summary>
    public const string Kubernetes = "kubernetes";
    /// <summary>All that this version has.</summary>
    public static IReadOnlyList<string> All { get; } = [Process, Docker, Swarm, Kubernetes];
    /// <summary>The section of the manifest that says how to start a replica there: a Swarm and a cluster take the same as an engine.</summary>
    public static string SectionOf(string runtime) => runtime == Process ? Process : Docker;
}

/// <summary>Rollout strategies by the name a manifest calls them.</summary>
public static class RolloutStrategies
{
    /// <summary>Replace replicas a few at a time.</summary>
    public const string Rolling = "rolling";
    /// <summary>Start the whole new set beside the old one, then switch at once.</summary>
    public const string BlueGreen = "blueGreen";
    /// <summary>Give the new revision a growing share of the traffic.</summary>
    public const string Canary = "canary";
    /// <summary>Compare a fresh baseline and the new revision side by side, then switch.</summary>
    public const string Experiment = "experiment";
    /// <summary>All that there are.</summary>
    public static IReadOnlyList<string> All { get; } = [Rolling, BlueGreen, Canary, Experiment];
}

/// <summary>Judges by the name a manifest calls them.</summary>
public static class JudgeNames
{
    /// <summary>Sequential tests against the old revision: as soon as the data allow, and not wrong more often than declared.</summary>
    public const string Statistical = "statistical";
    /// <summary>Kayenta's canary analysis: rank tests on series of samples, weighed into a score.</summary>
    public const string Kayenta = "kayenta";
    /// <summary>Fixed limits.</summary>
    public const string Threshold = "threshold";
    /// <summary>Nothing is analysed: what becomes healthy is good.</summary>
    public const string None = "none";
}

/// <summary>The <c>process</c> section.</summary>
public sealed record ProcessSpec
{
    /// <summary>The program and its arguments; no shell is involved.</summary>
    public required IReadOnlyList<string> Command { get; init; }
    /// <summary>Where it runs. <c>platform deploy</c> reads it from the manifest's folder on, and takes that folder when nothing is said; over HTTP it is absolute, and nothing means the replica's own log folder.</summary>
    public string? WorkingDirectory { get; init; }
    /// <summary>Added to the environment. A value may be a reference, <c>secret://name</c>.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();
}

/// <summary>The <c>docker</c> section.</summary>
public sealed record DockerSpec
{
    internal const string DefaultNetwork = "bridge";
    /// <summary>The image: <c>registry.example.org/shop/web:v2</c>, or one the engine has. A missing one is pulled.</summary>
    public required string Image { get; init; }
    /// <summary>In place of the image's own command (its <c>CMD</c>); empty: the image's own. No shell is involved.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];
    /// <summary>Added to the environment. A value may be a reference, <c>secret://name</c>.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();
    /// <summary>As whom it runs, <c>10001:10001</c>; nothing: as the image says.</summary>
    public string? User { get; init; }
    /// <summary>Its root file system cannot be written to; <c>/tmp</c> is in memory. Default false.</summary>
    public bool ReadOnly { get; init; }
    /// <summary>The network: <c>bridge</c> (default), the name of one that exists, or <c>host</c>: no network of its own, it listens on <c>PORT</c> on the machine's loopback.</summary>
    public string Network { get; init; } = DefaultNetwork;
    /// <summary>Volumes of the engine by name, and where the replica finds each: <c>{ orders: /var/lib/orders }</c>. Every replica on the engine has the same one; it outlives them. Folders of the machine cannot be named.</summary>
    public IReadOnlyDictionary<string, string> Volumes { get; init; } = new Dictionary<string, string>();
    /// <summary>Who asks the registry; nothing: nobody in particular.</summary>
    public RegistrySpec? Registry { get; init; }
}

/// <summary>The <c>docker.registry</c> section.</summary>
public sealed record RegistrySpec
{
    /// <summary>The user.</summary>
    public required string Username { get; init; }
    /// <summary>Its password or token, as a reference: <c>secret://name</c>.</summary>
    public required string Password { get; init; }
}

/// <summary>The <c>kubernetes</c> section, beside <c>docker</c>, which names the image.</summary>
public sealed record KubernetesSpec
{
    /// <summary>Where its objects live: one of <c>Kubernetes:Namespaces</c>; null (default): the first of them.</summary>
    public string? Namespace { get; init; }
    /// <summary>The service account of its pods, which then get its token; null (default): the namespace's, without a token.</summary>
    public string? ServiceAccount { get; init; }
    /// <summary>It keeps to the Pod Security Standard <c>restricted</c>: not as root, without any capability. Default false.</summary>
    public bool Restricted { get; init; }
    /// <summary>Labels that a node must have to be given its pods; empty: any node.</summary>
    public IReadOnlyDictionary<string, string> NodeSelector { get; init; } = new Dictionary<string, string>();
}

/// <summary>The <c>health</c> section.</summary>
public sealed record HealthSpec
{
    /// <summary>Asked with GET; 2xx is healthy. Default <c>/health</c>.</summary>
    public string Path { get; init; } = "/health";
    /// <summary>Time between two checks. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>An answer must come within. Default 1 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Good checks in a row until a replica counts as healthy: one that flaps never gets there. Default 3.</summary>
    public int HealthyAfter { get; init; } = 3;
    /// <summary>Failed checks, in a row or among twice as many, until a replica counts as unhealthy. Default 3.</summary>
    public int UnhealthyAfter { get; init; } = 3;
    /// <summary>A new replica must be healthy within. Default 60 s.</summary>
    public TimeSpan StartupTimeout { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>The <c>resources</c> section; null means no limit.</summary>
public sealed record ResourceSpec
{
    /// <summary>CPU cores, above 0.</summary>
    public double? Cpu { get; init; }
    /// <summary>Memory in bytes, at least 4 MiB.</summary>
    public long? MemoryBytes { get; init; }
}

/// <summary>The <c>rollout</c> section.</summary>
public sealed record RolloutSpec
{
    /// <summary>
    /// <c>rolling</c>: replicas are replaced a few at a time. <c>blueGreen</c> (default): the whole new set is started beside the old one, then
    /// all traffic moves. <c>canary</c>: the new revision's share grows step by step. <c>experiment</c>: a fresh baseline and the new revision,
    /// equal in size and share, are compared; what passes takes all traffic.
    /// </summary>
    public string Strategy { get; init; } = RolloutStrategies.BlueGreen;
    /// <summary>Canary: its steps, ascending to 100 %. Default 1, 5, 10, 25, 50, 100.</summary>
    public IReadOnlyList<CanaryStep> Steps { get; init; } = [.. new[] { 1, 5, 10, 25, 50, 100 }.Select(weight => new CanaryStep { Weight = weight })];
    /// <summary>Canary: how long a step lasts that says nothing itself; the last one lasts as long as <see cref="Watch"/>. Default 5 min.</summary>
    public TimeSpan StepDuration { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>Canary: a client that met the new revision keeps meeting it. Default false.</summary>
    public bool Sticky { get; init; }
    /// <summary>Canary, experiment and blue-green's preview: requests that go to the new revision whatever the shares.</summary>
    public MatchSpec Match { get; init; } = new();
    /// <summary>Canary and blue-green: copy writes too where requests are mirrored. Default false: only GET, HEAD and OPTIONS are copied.</summary>
    public bool MirrorWrites { get; init; }
    /// <summary>Experiment: its size and length.</summary>
    public ExperimentSpec Experiment { get; init; } = new();
    /// <summary>Blue-green: how long the new set is looked at before the switch. Default 0.</summary>
    public TimeSpan Preview { get; init; }
    /// <summary>
    /// Blue-green: the switch waits until the judge is content with what reached the new set before it: requests by <c>match</c>, copies by
    /// <c>mirror</c>, the platform's own by <c>analysis.synthetic</c>. Default false.
    /// </summary>
    public bool PrePromotionAnalysis { get; init; }
    /// <summary>Blue-green: share of the requests of which the new set gets a copy before the switch, in percent; the answers are thrown away. Default 0.</summary>
    public int Mirror { get; init; }
    /// <summary>Blue-green: switch by itself; false: only when promoted. Default true.</summary>
    public bool AutoPromotion { get; init; } = true;
    /// <summary>How long the old replicas stay ready, without traffic, after the new revision has taken over. Default 0. Not for rolling.</summary>
    public TimeSpan ScaleDownDelay { get; init; }
    /// <summary>Rolling: how many replicas above the wanted number, those aside that only finish what is under way. Default 25 %.</summary>
    public ReplicaShare MaxSurge { get; init; } = ReplicaShare.OfPercent(0.25);
    /// <summary>Rolling: how many of the wanted replicas may be missing. Default 0.</summary>
    public ReplicaShare MaxUnavailable { get; init; } = ReplicaShare.OfReplicas(0);
    /// <summary>How long the new revision is watched after the traffic went to it. Default 30 s.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>When the new revision is bad enough to go back.</summary>
    public AnalysisSpec Analysis { get; init; } = new();
    /// <summary><c>none</c> (default) or <c>required</c>: waits for an approval before the traffic shifts.</summary>
    public string Approval { get; init; } = "none";
}

/// <summary>One step of a canary.</summary>
public sealed record CanaryStep
{
    /// <summary>The new revision's share of the requests in percent, 0 to 100.</summary>
    public required int Weight { get; init; }
    /// <summary>How long it lasts; null: as long as <see cref="RolloutSpec.StepDuration"/> says.</summary>
    public TimeSpan? Pause { get; init; }
    /// <summary>True: it lasts until somebody promotes the rollout.</summary>
    public bool UntilPromoted { get; init; }
    /// <summary>Replicas of the new revision; null: as many as its share needs.</summary>
    public ReplicaShare? Replicas { get; init; }
    /// <summary>Share of the requests of which the new revision gets a copy, in percent; the answers are thrown away. Default 0.</summary>
    public int Mirror { get; init; }
    /// <summary>Metrics of <c>rollout.analysis.metrics</c> that are read in this step (and others that name them) only; it lasts until each has its <c>count</c> of readings. Default none.</summary>
    public IReadOnlyList<string> Analysis { get; init; } = [];
}

/// <summary>The <c>rollout.match</c> section: any one of them is enough.</summary>
public sealed record MatchSpec
{
    /// <summary>Value by header name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
    /// <summary>Value by cookie name.</summary>
    public IReadOnlyDictionary<string, string> Cookies { get; init; } = new Dictionary<string, string>();
}

/// <summary>The <c>rollout.experiment</c> section.</summary>
public sealed record ExperimentSpec
{
    /// <summary>Share of the requests for each of the two sets in percent, 1 to 50. Default 5.</summary>
    public int Weight { get; init; } = 5;
    /// <summary>Replicas of each set; null: as many as the share needs.</summary>
    public ReplicaShare? Replicas { get; init; }
    /// <summary>How long it runs. Default 10 min.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>The <c>rollout.analysis</c> section.</summary>
public sealed record AnalysisSpec
{
    /// <summary>Share of failed requests that is too many, in (0, 1]. Default 5 %.</summary>
    public double ErrorRate { get; init; } = 0.05;
    /// <summary>95th percentile of the latency that is too slow; null (default): only compared with the old revision.</summary>
    public TimeSpan? P95 { get; init; }
    /// <summary>
    /// How it is judged: <c>statistical</c> (default of canary and experiment, where both revisions serve side by side), <c>threshold</c> (default
    /// of the others), <c>kayenta</c>, or <c>none</c>.
    /// </summary>
    public string Judge { get; init; } = JudgeNames.Threshold;
    /// <summary>No judgement on fewer requests. Default 20; 0 only where <see cref="Metrics"/> are judged.</summary>
    public int MinRequests { get; init; } = 20;
    /// <summary>Figures of the team's own that it is judged by as well. Default none, at most 32.</summary>
    public IReadOnlyList<AnalysisMetricSpec> Metrics { get; init; } = [];
    /// <summary>Judge <c>kayenta</c>: weights of the groups (<c>errors</c>, <c>latency</c> and those of <see cref="Metrics"/>), together at most 100; the others share what is left. Default: all alike.</summary>
    public IReadOnlyDictionary<string, double> GroupWeights { get; init; } = new Dictionary<string, double>();
    /// <summary>Requests that the platform sends itself while it watches, for applications that few people call; null (default): none.</summary>
    public SyntheticSpec? Synthetic { get; init; }
}

/// <summary>The <c>rollout.analysis.synthetic</c> section: GET requests straight to the replicas of both revisions.</summary>
public sealed record SyntheticSpec
{
    /// <summary>Where to; it must be safe to ask again and again.</summary>
    public required string Path { get; init; }
    /// <summary>Requests a second to each of the two revisions, 1 to 1,000. Default 10.</summary>
    public int Rate { get; init; } = 10;
}

/// <summary>The <c>traffic</c> section.</summary>
public sealed record TrafficSpec
{
    /// <summary>Through what clients come: <c>gateway</c> (the platform's own; default), <c>nginx</c>, <c>traefik</c> or <c>ingress</c> (of a Kubernetes cluster), as the gateway service is set up for them.</summary>
    public string Router { get; init; } = RouterNames.Gateway;
    /// <summary>Host names that select the application; empty: any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
    /// <summary>Path prefix that selects it. Default <c>/</c>.</summary>
    public string PathPrefix { get; init; } = "/";
    /// <summary><c>leastRequests</c> (default), <c>powerOfTwoChoices</c> or <c>roundRobin</c>.</summary>
    public string LoadBalancing { get; init; } = "leastRequests";
    /// <summary>How long requests, streams and WebSockets of a leaving replica may go on. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Traffic routers by the name a manifest calls them.</summary>
public static class RouterNames
{
    /// <summary>The platform's own gateway.</summary>
    public const string Gateway = "gateway";
    /// <summary>An nginx whose configuration the gateway service writes.</summary>
    public const string Nginx = "nginx";
    /// <summary>A Traefik whose dynamic configuration file the gateway service writes.</summary>
    public const string Traefik = "traefik";

    /// <summary>An Ingress of a Kubernetes cluster, with the canary annotations of ingress-nginx.</summary>
    public const string Ingress = "ingress";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Gateway, Nginx, Traefik, Ingress];
}

/// <summary>The <c>metrics</c> section.</summary>
public sealed record MetricsSpec
{
    /// <summary>Where a replica exposes Prometheus text. Default <c>/metrics</c>.</summary>
    public string Path { get; init; } = "/metrics";
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Platform.Contracts.Scaling;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests;

/// <summary>
/// Manifest → the one canonical YAML text for it: every member with its value, defaults too, always in the same order. What it writes reads
/// back as the same manifest without its folder, so it can be sent over the network, kept for a rollback, and compared line by line.
/// </summary>
public static partial class ManifestWriter
{
    /// <summary>Writes it.</summary>
    public static string Write(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var yaml = new Lines();
        yaml.Member("name", Quoted(manifest.Name));
        yaml.Member("revision", Quoted(manifest.Revision));
        yaml.Member("runtime", manifest.Runtime);
        if (manifest.Process is { } process) yaml.Section("process", () => Process(yaml, process));
        if (manifest.Docker is { } docker) yaml.Section("docker", () => Docker(yaml, docker));
        if (manifest.Kubernetes is { } kubernetes) yaml.Section("kubernetes", () => Kubernetes(yaml, kubernetes));
        yaml.Member("port", Text(manifest.Port));
        yaml.Section("health", () =>
        {
            yaml.Member("path", Quoted(manifest.Health.Path));
            yaml.Member("interval", Duration.Format(manifest.Health.Interval));
            yaml.Member("timeout", Duration.Format(manifest.Health.Timeout));
            yaml.Member("healthyAfter", Text(manifest.Health.HealthyAfter));
            yaml.Member("unhealthyAfter", Text(manifest.Health.UnhealthyAfter));
            yaml.Member("startupTimeout", Duration.Format(manifest.Health.StartupTimeout));
        });
        if (manifest.Resources is { Cpu: not null } or { MemoryBytes: not null })
        {
            yaml.Section("resources", () =>
            {
                if (manifest.Resources.Cpu is { } cores) yaml.Member("cpu", Cpu.Format(cores));
                if (manifest.Resources.MemoryBytes is { } bytes) yaml.Member("memory", ByteSize.Format(bytes));
            });
        }

        yaml.Section("scaling", () => Scaling(yaml, manifest.Scaling));
        yaml.Section("rollout", () => Rollout(yaml, manifest.Rollout));
        PipelineWriter.Write(yaml, manifest.Pipeline);
        yaml.Section("traffic", () =>
        {
            yaml.Member("router", manifest.Traffic.Router);
            yaml.Member("hosts", List(manifest.Traffic.Hosts.Select(Quoted)));
            yaml.Member("pathPrefix", Quoted(manifest.Traffic.PathPrefix));
            yaml.Member("loadBalancing", manifest.Traffic.LoadBalancing);
            yaml.Member("drainTimeout", Duration.Format(manifest.Traffic.DrainTimeout));
        });
        if (manifest.Metrics is { } metrics) yaml.Section("metrics", () => yaml.Member("path", Quoted(metrics.Path)));
        yaml.Member("environment", manifest.Environment);
        return yaml.ToString();
    }

    private static void Process(Lines yaml, ProcessSpec process)
    {
        yaml.Member("command", List(process.Command.Select(Quoted)));
        if (process.WorkingDirectory is { } directory) yaml.Member("workingDirectory", Quoted(directory));
        Env(yaml, process.Env);
    }

    private static void Docker(Lines yaml, DockerSpec docker)
    {
        yaml.Member("image", Quoted(docker.Image));
        yaml.Member("command", List(docker.Command.Select(Quoted)));
        Env(yaml, docker.Env);
        if (docker.User is { } user) yaml.Member("user", Quoted(user));
        yaml.Member("readOnly", docker.ReadOnly ? "true" : "false");
        yaml.Member("network", Quoted(docker.Network));
        Texts(yaml, "volumes", docker.Volumes);
        if (docker.Registry is not { } registry) return;
        yaml.Section("registry", () =>
        {
            yaml.Member("username", Quoted(registry.Username));
            yaml.Member("password", Quoted(registry.Password));
        });
    }

    private static void Kubernetes(Lines yaml, KubernetesSpec kubernetes)
    {
        if (kubernetes.Namespace is { } place) yaml.Member("namespace", Quoted(place));
        if (kubernetes.ServiceAccount is { } account) yaml.Member("serviceAccount", Quoted(account));
        yaml.Member("restricted", Text(kubernetes.Restricted));
        Texts(yaml, "nodeSelector", kubernetes.NodeSelector);
    }

    private static void Env(Lines yaml, IReadOnlyDictionary<string, string> env) => Texts(yaml, "env", env);

    private static void Texts(Lines yaml, string section, IReadOnlyDictionary<string, string> texts)
    {
        if (texts.Count == 0) return;
        yaml.Section(section, () =>
        {
            foreach (var (name, value) in texts.OrderBy(v => v.Key, StringComparer.Ordinal)) yaml.Member(name, Quoted(value));
        });
    }

    private static void Scaling(Lines yaml, ScalingSettings scaling)
    {
        yaml.Member("min", Text(scaling.Min));
        yaml.Member("max", Text(scaling.Max));
        yaml.Member("automatic", Text(scaling.Automatic));
        ScalingMetrics(yaml, scaling.Metrics);
        yaml.Member("mode", scaling.Mode.ToString().ToLowerInvariant());
        yaml.Member("serviceLevel", Percentage.Format(scaling.ServiceLevel));
        if (scaling.LatencyTarget is { } latency) yaml.Member("latencyTarget", Duration.Format(latency));
        if (scaling.ZeroAfter is { } zeroAfter) yaml.Member("zeroAfter", Duration.Format(zeroAfter));
        if (scaling.PredictionWeight is { } weight) yaml.Member("predictionWeight", PlainNumber.Format(weight));
        yaml.Member("ruleSet", scaling.RuleSet);
        if (scaling.Rules.Count > 0) yaml.Items("rules", scaling.Rules, rule => ScalingRuleOf(yaml, rule));
        if (scaling.Schedules.Count > 0) yaml.Items("schedules", scaling.Schedules, schedule => ScheduleOf(yaml, schedule));
        yaml.Section("behavior", () =>
        {
            yaml.Member("tolerance", Percentage.Format(scaling.Behavior.Tolerance));
            yaml.Member("syncPeriod", Duration.Format(scaling.Behavior.SyncPeriod));
            yaml.Section("scaleUp", () => RulesOf(yaml, scaling.Behavior.ScaleUp));
            yaml.Section("scaleDown", () => RulesOf(yaml, scaling.Behavior.ScaleDown));
        });
    }

    private static void RulesOf(Lines yaml, ScalingRules rules)
    {
        yaml.Member("stabilizationWindow", Duration.Format(rules.StabilizationWindow));
        yaml.Member("selectPolicy", rules.SelectPolicy);
        yaml.Member("policies", List(rules.Policies.Select(p => $"{{ type: {p.Type}, value: {Text(p.Value)}, period: {Duration.Format(p.Period)} }}")));
    }

    private static void Rollout(Lines yaml, RolloutSpec rollout)
    {
        yaml.Member("strategy", rollout.Strategy);
        if (rollout.Strategy == RolloutStrategies.Canary)
        {
            yaml.Member("steps", List(rollout.Steps.Select(StepOf)));
            yaml.Member("stepDuration", Duration.Format(rollout.StepDuration));
            yaml.Member("sticky", Text(rollout.Sticky));
            yaml.Member("mirrorWrites", Text(rollout.MirrorWrites));
        }

        if (rollout.Strategy == RolloutStrategies.Experiment)
        {
            yaml.Section("experiment", () =>
            {
                yaml.Member("weight", Text(rollout.Experiment.Weight));
                if (rollout.Experiment.Replicas is { } replicas) yaml.Member("replicas", replicas.ToString());
                yaml.Member("duration", Duration.Format(rollout.Experiment.Duration));
            });
        }

        if (rollout.Strategy == RolloutStrategies.BlueGreen)
        {
            yaml.Member("preview", Duration.Format(rollout.Preview));
            yaml.Member("autoPromotion", Text(rollout.AutoPromotion));
            yaml.Member("prePromotionAnalysis", Text(rollout.PrePromotionAnalysis));
            yaml.Member("mirror", Text(rollout.Mirror));
            yaml.Member("mirrorWrites", Text(rollout.MirrorWrites));
        }

        if (rollout.Strategy != RolloutStrategies.Rolling)
        {
            yaml.Member("scaleDownDelay", Duration.Format(rollout.ScaleDownDelay));
            if (rollout.Match.Headers.Count + rollout.Match.Cookies.Count > 0)
            {
                yaml.Section("match", () =>
                {
                    Pairs(yaml, "headers", rollout.Match.Headers);
                    Pairs(yaml, "cookies", rollout.Match.Cookies);
                });
            }
        }

        yaml.Member("maxSurge", rollout.MaxSurge.ToString());
        yaml.Member("maxUnavailable", rollout.MaxUnavailable.ToString());
        yaml.Member("watch", Duration.Format(rollout.Watch));
        yaml.Section("analysis", () => Analysis(yaml, rollout.Analysis));
        yaml.Member("approval", rollout.Approval);
    }

    private static string StepOf(CanaryStep step)
    {
        var members = new List<string> { $"weight: {Text(step.Weight)}" };
        if (step.UntilPromoted) members.Add("pause: untilPromoted");
        else if (step.Pause is { } pause) members.Add($"pause: {Duration.Format(pause)}");
        if (step.Replicas is { } replicas) members.Add($"replicas: {replicas}");
        if (step.Mirror > 0) members.Add($"mirror: {Text(step.Mirror)}");
        if (step.Analysis.Count > 0) members.Add($"analysis: {List(step.Analysis.Select(Quoted))}");
        return $"{{ {string.Join(", ", members)} }}";
    }

    private static void Pairs(Lines yaml, string name, IReadOnlyDictionary<string, string> pairs)
    {
        if (pairs.Count == 0) return;
        yaml.Section(name, () =>
        {
            foreach (var (key, value) in pairs.OrderBy(p => p.Key, StringComparer.Ordinal)) yaml.Member(key, Quoted(value));
        });
    }

    private static string Text(bool value) => value ? "true" : "false";

    internal static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    internal static string List(IEnumerable<string> items) => "[" + string.Join(", ", items) + "]";

    /// <summary>Bare where no YAML reader could take it for anything else, otherwise in double quotes.</summary>
    internal static string Quoted(string text)
    {
        if (PlainText().IsMatch(text) && text is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off")) return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c is < ' ' or (>= '\x7f' and <= '\xa0') or '\u2028' or '\u2029' or '\ufeff') quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"\A[a-z/][A-Za-z0-9._/-]*\z")]
    private static partial Regex PlainText();

    internal sealed class Lines
    {
        private readonly StringBuilder _text = new();
        private int _depth;

        public void Member(string name, string value) => _text.Append(' ', _depth * 2).Append(name).Append(": ").Append(value).Append('\n');

        public void Items<T>(string name, IEnumerable<T> items, Action<T> members)
        {
            _text.Append(' ', _depth * 2).Append(name).Append(":\n");
            _depth += 2;
            foreach (var item in items)
            {
                var start = _text.Length;
                members(item);
                _text[start + (_depth * 2) - 2] = '-';
            }

            _depth -= 2;
        }

        public void Section(string name, Action members)
        {
            _text.Append(' ', _depth * 2).Append(name).Append(":\n");
            _depth++;
            members();
            _depth--;
        }

        public override string ToString() => _text.ToString();
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Testing.Kubernetes;

/// <summary>What the API checks beyond types, and what it fills in, for the members the platform and its exports use.</summary>
internal static partial class Validation
{
    public static void Default(Kind kind, JsonObject item)
    {
        var spec = item["spec"] as JsonObject;
        switch (kind.Name)
        {
            case "Deployment" when spec is not null:
                spec["replicas"] ??= 1;
                spec["revisionHistoryLimit"] ??= 10;
                spec["progressDeadlineSeconds"] ??= 600;
                spec["strategy"] ??= new JsonObject { ["type"] = "RollingUpdate" };
                if (spec.Text("strategy", "type") == "RollingUpdate") spec["strategy"]!["rollingUpdate"] ??= new JsonObject { ["maxSurge"] = "25%", ["maxUnavailable"] = "25%" };
                DefaultPod(spec["template"]?["spec"] as JsonObject);
                break;
            case "ReplicaSet" when spec is not null:
                spec["replicas"] ??= 1;
                DefaultPod(spec["template"]?["spec"] as JsonObject);
                break;
            case "Pod":
                DefaultPod(spec);
                break;
            case "Service" when spec is not null:
                spec["type"] ??= "ClusterIP";
                spec["sessionAffinity"] ??= "None";
                foreach (var port in spec.Items("ports"))
                {
                    port["protocol"] ??= "TCP";
                    port["targetPort"] ??= port["port"]?.DeepClone();
                }

                break;
            case "HorizontalPodAutoscaler" when spec is not null:
                spec["minReplicas"] ??= 1;
                break;
            case "Secret":
                item["type"] ??= "Opaque";
                if (item["stringData"] is JsonObject plain)
                {
                    var data = item["data"] as JsonObject ?? [];
                    foreach (var (name, value) in plain) data[name] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value!.GetValue<string>()));
                    item["data"] = data;
                    item.Remove("stringData");
                }

                break;
        }
    }

    public static void Check(Kind kind, JsonObject? before, JsonObject item, List<Cause> causes)
    {
        Metadata(kind, item["metadata"]!, "metadata", causes);
        var spec = item["spec"];
        switch (kind.Name)
        {
            case "Deployment" or "ReplicaSet":
                if (spec.Number("replicas") < 0) Invalid(causes, "spec.replicas", "must be greater than or equal to 0");
                Selector(spec, causes);
                if (spec.Text("strategy", "type") == "Recreate" && spec.At("strategy", "rollingUpdate") is not null) causes.Add(new Cause("spec.strategy.rollingUpdate", "FieldValueForbidden", "Forbidden: may not be specified when strategy `type` is 'Recreate'"));
                if (spec.Text("template", "spec", "restartPolicy") is not "Always") Unsupported(causes, "spec.template.spec.restartPolicy", spec.Text("template", "spec", "restartPolicy"), "Always");
                Pod(spec.At("template", "spec"), "spec.template.spec", causes);
                if (before is not null && !JsonNode.DeepEquals(before["spec"]?["selector"], spec?["selector"])) causes.Add(new Cause("spec.selector", "FieldValueInvalid", "Invalid value: field is immutable"));
                break;
            case "Pod":
                Pod(spec, "spec", causes);
                if (before is not null && !JsonNode.DeepEquals(Settled(before), Settled(item))) causes.Add(new Cause("spec", "FieldValueForbidden", "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)"));
                break;
            case "Secret":
                Secret(before, item, causes);
                break;
            case "Service":
                if (!spec.Items("ports").Any()) causes.Add(new Cause("spec.ports", "FieldValueRequired", "Required value"));
                if (spec.Items("ports").Count() > 1 && spec.Items("ports").Any(p => p.Text("name") is null)) causes.Add(new Cause("spec.ports[0].name", "FieldValueRequired", "Required value"));
                if (before.Text("spec", "clusterIP") is { } address && spec.Text("clusterIP") is { } other && address != other) causes.Add(new Cause("spec.clusterIPs[0]", "FieldValueInvalid", $"Invalid value: [\"{other}\"]: may not change once set"));
                break;
            case "HorizontalPodAutoscaler":
                if (spec.Number("maxReplicas") < spec.Number("minReplicas")) Invalid(causes, "spec.maxReplicas", "must be greater than or equal to `minReplicas`");
                if (spec.Number("minReplicas") < 1) Invalid(causes, "spec.minReplicas", "must be greater than or equal to 1");
                foreach (var metric in spec.Items("metrics"))
                    if (metric.Text("type") is not ("Resource" or "Pods") || metric[metric.Text("type")!.ToLowerInvariant()] is null) Invalid(causes, "spec.metrics[0].type", "must populate information for the given metric source");
                break;
            case "PodDisruptionBudget":
                if (spec.At("minAvailable") is not null && spec.At("maxUnavailable") is not null) Invalid(causes, "spec", "minAvailable and maxUnavailable cannot be both set");
                break;
            case "Ingress":
                Ingress(spec, causes);
                break;
        }
    }

    private static void DefaultPod(JsonObject? pod)
    {
        if (pod is null) return;
        pod["restartPolicy"] ??= "Always";
        pod["terminationGracePeriodSeconds"] ??= 30;
        pod["dnsPolicy"] ??= "ClusterFirst";
        pod["schedulerName"] ??= "default-scheduler";
        pod["securityContext"] ??= new JsonObject();
        foreach (var container in pod.Items("containers"))
        {
            var image = container.Text("image") ?? "";
            container["imagePullPolicy"] ??= image.Split('/')[^1].Contains(':') && !image.EndsWith(":latest", StringComparison.Ordinal) ? "IfNotPresent" : "Always";
            container["terminationMessagePath"] ??= "/dev/termination-log";
            container["terminationMessagePolicy"] ??= "File";
            container["resources"] ??= new JsonObject();
            foreach (var port in container.Items("ports")) port["protocol"] ??= "TCP";
            foreach (var name in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
            {
                if (container[name] is not JsonObject probe) continue;
                probe["periodSeconds"] ??= 10;
                probe["timeoutSeconds"] ??= 1;
                probe["failureThreshold"] ??= 3;
                probe["successThreshold"] ??= 1;
                if (probe["httpGet"] is JsonObject get)
                {
                    get["scheme"] ??= "HTTP";
                    get["path"] ??= "/";
                }
            }

            if (container["resources"] is JsonObject { } resources && resources["limits"] is JsonObject limits)
            {
                var requests = resources["requests"] as JsonObject ?? [];
                foreach (var (name, value) in limits) requests[name] ??= value!.DeepClone();
                resources["requests"] = requests.Parent is null ? requests : requests.DeepClone();
            }
        }
    }

    private static void Metadata(Kind kind, JsonNode metadata, string path, List<Cause> causes)
    {
        var name = metadata.Text("name") ?? "";
        var pattern = kind.Name is "Service" or "Namespace" ? Label() : Subdomain();
        if (!pattern.IsMatch(name) || name.Length > (kind.Name is "Service" or "Namespace" ? 63 : 253)) Invalid(causes, $"{path}.name", $"\"{name}\": a lowercase RFC 1123 {(kind.Name is "Service" ? "label" : "subdomain")} must consist of lower case alphanumeric characters, '-' or '.'");
        Labels(metadata["labels"], $"{path}.labels", causes);
        foreach (var key in metadata.Texts("annotations").Keys)
            if (!QualifiedName().IsMatch(key)) Invalid(causes, $"{path}.annotations", $"\"{key}\": name part must consist of alphanumeric characters, '-', '_' or '.'");
    }

    private static void Labels(JsonNode? labels, string path, List<Cause> causes)
    {
        foreach (var (key, value) in labels.Texts())
        {
            if (!QualifiedName().IsMatch(key) || key.Split('/')[^1].Length > 63) Invalid(causes, path, $"\"{key}\": name part must consist of alphanumeric characters, '-', '_' or '.'");
            if (!LabelValue().IsMatch(value) || value.Length > 63) Invalid(causes, path, $"\"{value}\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and at most 63 of them");
        }
    }

    private static void Selector(JsonNode? spec, List<Cause> causes)
    {
        var (wanted, given) = (spec.Texts("selector", "matchLabels"), spec.Texts("template", "metadata", "labels"));
        Labels(spec.At("template", "metadata", "labels"), "spec.template.metadata.labels", causes);
        if (wanted.Count == 0) Invalid(causes, "spec.selector", "empty selector is invalid for deployment");
        else if (wanted.Any(w => given.GetValueOrDefault(w.Key) != w.Value)) Invalid(causes, "spec.template.metadata.labels", "`selector` does not match template `labels`");
    }

    private static void Pod(JsonNode? pod, string path, List<Cause> causes)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var volumes = pod.Items("volumes").Select(v => v.Text("name")).ToHashSet();
        if (pod.Number("terminationGracePeriodSeconds") < 0) Invalid(causes, $"{path}.terminationGracePeriodSeconds", "must be greater than or equal to 0");
        var i = 0;
        foreach (var container in pod.Items("containers"))
        {
            var at = $"{path}.containers[{i++}]";
            var name = container.Text("name") ?? "";
            if (!Label().IsMatch(name) || name.Length > 63) Invalid(causes, $"{at}.name", $"\"{name}\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'");
            if (!names.Add(name)) causes.Add(new Cause($"{at}.name", "FieldValueDuplicate", $"Duplicate value: \"{name}\""));
            if (string.IsNullOrEmpty(container.Text("image"))) causes.Add(new Cause($"{at}.image", "FieldValueRequired", "Required value"));
            if (container.Text("image") is { } image && image != image.Trim()) Invalid(causes, $"{at}.image", "must not have leading or trailing whitespace");
            foreach (var port in container.Items("ports"))
            {
                if (port.Number("containerPort") is not (>= 1 and <= 65535)) Invalid(causes, $"{at}.ports[0].containerPort", "must be between 1 and 65535, inclusive");
                if (port.Text("name") is { } said && (said.Length > 15 || !Label().IsMatch(said))) Invalid(causes, $"{at}.ports[0].name", "must be no more than 15 characters");
            }

            foreach (var variable in container.Items("env"))
            {
                if (variable.Text("name") is not { } said || said.Contains('=')) Invalid(causes, $"{at}.env[0].name", "a valid environment variable name must consist only of printable ASCII characters other than '='");
                if (variable.Text("value") is { Length: > 0 } && variable["valueFrom"] is not null) Invalid(causes, $"{at}.env[0].valueFrom", "may not be specified when `value` is not empty");
            }

            foreach (var (resource, limit) in container.At("resources", "limits") as JsonObject ?? [])
            {
                if (Amount(container.At("resources", "requests", resource)) > Amount(limit)) Invalid(causes, $"{at}.resources.requests", $"must be less than or equal to {resource} limit of {limit}");
            }

            foreach (var mount in container.Items("volumeMounts"))
                if (!volumes.Contains(mount.Text("name"))) causes.Add(new Cause($"{at}.volumeMounts[0].name", "FieldValueNotFound", $"Not found: \"{mount.Text("name")}\""));
            if (container.Text("terminationMessagePolicy") is not ("File" or "FallbackToLogsOnError")) Unsupported(causes, $"{at}.terminationMessagePolicy", container.Text("terminationMessagePolicy"), "File", "FallbackToLogsOnError");
            foreach (var probe in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
                foreach (var member in (string[])["periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold"])
                    if (container.Number(probe, member) < 1) Invalid(causes, $"{at}.{probe}.{member}", "must be greater than 0");
        }
    }

    private static void Secret(JsonObject? before, JsonObject item, List<Cause> causes)
    {
        foreach (var (name, value) in item.Texts("data"))
        {
            if (!ConfigKey().IsMatch(name)) Invalid(causes, $"data[{name}]", "a valid config key must consist of alphanumeric characters, '-', '_' or '.'");
            if (!Convert.TryFromBase64String(value, new byte[value.Length], out _)) throw ApiError.BadRequest($"Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 0");
        }

        if (item.Text("type") == "kubernetes.io/dockerconfigjson" && item.Text("data", ".dockerconfigjson") is null) causes.Add(new Cause("data[.dockerconfigjson]", "FieldValueRequired", "Required value"));
        if (before is null) return;
        if (before.Text("type") != item.Text("type")) causes.Add(new Cause("type", "FieldValueInvalid", "Invalid value: field is immutable"));
        if (before.Flag("immutable") && !JsonNode.DeepEquals(before["data"], item["data"])) causes.Add(new Cause("data", "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set"));
    }

    private static void Ingress(JsonNode? spec, List<Cause> causes)
    {
        if (spec.At("defaultBackend") is null && !spec.Items("rules").Any()) Invalid(causes, "spec", "either `defaultBackend` or `rules` must be specified");
        foreach (var path in spec.Items("rules").SelectMany(r => r.Items("http", "paths")))
        {
            if (path.Text("pathType") is not ("Prefix" or "Exact" or "ImplementationSpecific")) Unsupported(causes, "spec.rules[0].http.paths[0].pathType", path.Text("pathType"), "Exact", "ImplementationSpecific", "Prefix");
            if (path.Text("path")?.StartsWith('/') != true) Invalid(causes, "spec.rules[0].http.paths[0].path", "must be an absolute path");
            if (path.Text("backend", "service", "port", "name") is null == path.Number("backend", "service", "port", "number") is null) causes.Add(new Cause("spec.rules[0].http.paths[0].backend", "FieldValueRequired", "Required value: port name or number is required, and not both"));
        }
    }

    /// <summary>A pod's spec without what may change.</summary>
    private static JsonNode Settled(JsonObject pod)
    {
        var spec = pod["spec"]!.DeepClone().AsObject();
        spec.Remove("nodeName");
        spec.Remove("tolerations");
        foreach (var container in spec.Items("containers")) container.Remove("image");
        return spec;
    }

    private static double Amount(JsonNode? quantity) => quantity is null ? 0 : Quantity.Parse(quantity.GetValueKind() == System.Text.Json.JsonValueKind.String ? quantity.GetValue<string>() : quantity.ToJsonString()) ?? 0;

    private static void Invalid(List<Cause> causes, string field, string why) => causes.Add(new Cause(field, "FieldValueInvalid", $"Invalid value: {why}"));

    private static void Unsupported(List<Cause> causes, string field, string? value, params string[] supported) =>
        causes.Add(new Cause(field, "FieldValueNotSupported", $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}"));

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"\A([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"\A([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z")]
    private static partial Regex ConfigKey();
}

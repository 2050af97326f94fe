using System.Text.RegularExpressions;
using Platform.Contracts.Units;

namespace Platform.Workloads.Manifests;

/// <summary>Which texts are names, revisions, paths, hosts.</summary>
internal static partial class Rules
{
    public const string SecretScheme = "secret://";

    public static bool IsName(string text) => text.Length <= 63 && NamePattern().IsMatch(text);

    public static bool IsRevision(string text) => RevisionPattern().IsMatch(text);

    public static bool IsEnvironmentName(string text) => text.Length <= 256 && EnvironmentNamePattern().IsMatch(text);

    public static bool IsSecretReference(string text) => SecretPattern().IsMatch(text);

    /// <summary>Host names, also <c>*.example.org</c>; no port.</summary>
    public static bool IsHost(string text) => text.Length <= 253 && HostPattern().IsMatch(text);

    /// <summary>A path as it stands in a request line, nothing in it that a server could read in two ways.</summary>
    public static bool IsUrlPath(string text) =>
        text.Length <= 1024 && UrlPathPattern().IsMatch(text) && !text.Contains("//") && !text.Split('/', '?').Any(s => s is "." or "..");

    public static bool IsMetricName(string text) => text.Length <= 200 && MetricNamePattern().IsMatch(text);

    /// <summary>Names of environment variables whose values are secrets, so that they must be references.</summary>
    public static bool LooksSecret(string environmentName) => SecretNamePattern().IsMatch(environmentName);

    /// <summary>As whom a container runs: a name or number, perhaps with a group.</summary>
    public static bool IsUser(string text) => text.Length <= 128 && UserPattern().IsMatch(text);

    /// <summary>A network of a container engine, by name; none of its modes that share another container's.</summary>
    public static bool IsNetwork(string text) => text.Length <= 128 && text is not ("none" or "default") && NetworkPattern().IsMatch(text);

    /// <summary>A volume of a container engine, by name; never a path of the machine.</summary>
    public static bool IsVolume(string text) => text.Length is >= 2 and <= 128 && NetworkPattern().IsMatch(text);

    /// <summary>Where something may be mounted in a container: absolute, below its root, without a way back up.</summary>
    public static bool IsContainerPath(string text) =>
        text.Length <= 512 && ContainerPathPattern().IsMatch(text) && !text.Split('/').Any(part => part is "." or "..");

    /// <summary>What most objects of a Kubernetes cluster may be called.</summary>
    public static bool IsSubdomain(string text) => text.Length <= 253 && text.Split('.').All(IsName);

    /// <summary>A label's name, perhaps under a domain: <c>kubernetes.io/arch</c>.</summary>
    public static bool IsLabelName(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return (slash < 0 || IsSubdomain(text[..slash])) && text.Length > slash + 1 && IsLabelValue(text[(slash + 1)..]);
    }

    /// <summary>A label's value; may be empty.</summary>
    public static bool IsLabelValue(string text) => text.Length <= 63 && LabelPattern().IsMatch(text);

    public static bool IsWhole(string text, out int value)
    {
        var parsed = PlainNumber.TryParseInteger(text, out var wide) && wide <= int.MaxValue;
        value = parsed ? (int)wide : 0;
        return parsed;
    }

    public static Func<int, bool> Between(int low, int high) => value => value >= low && value <= high;

    public static Func<TimeSpan, bool> Between(TimeSpan low, TimeSpan high) => value => value >= low && value <= high;

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?\z")]
    private static partial Regex UserPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]*\z")]
    private static partial Regex NetworkPattern();

    [GeneratedRegex(@"\A(/[A-Za-z0-9_.-]+)+\z")]
    private static partial Regex ContainerPathPattern();

    [GeneratedRegex(@"\A([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex RevisionPattern();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex EnvironmentNamePattern();

    [GeneratedRegex(@"\Asecret://[A-Za-z0-9][A-Za-z0-9._-]{0,126}\z")]
    private static partial Regex SecretPattern();

    [GeneratedRegex(@"\A(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z")]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"\A/[A-Za-z0-9._~!$&'()*+,;=:@/?-]*\z")]
    private static partial Regex UrlPathPattern();

    [GeneratedRegex(@"\A[A-Za-z_:][A-Za-z0-9_:.]*\z")]
    private static partial Regex MetricNamePattern();

    [GeneratedRegex(@"(\A|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY)\z", RegexOptions.IgnoreCase)]
    private static partial Regex SecretNamePattern();
}

using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>The environment of a replica: little of ours, what the manifest says, and the markers.</summary>
internal static class ReplicaEnvironment
{
    public const string DefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>What is passed on from the platform's own environment. Nothing else is: it may hold the platform's secrets.</summary>
    private static readonly string[] PassedOn = ["HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"];

    public static Dictionary<string, string> Of(ReplicaSpec spec, ISecrets secrets, Func<string, string?> own)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = own("PATH") is { Length: > 0 } path ? path : DefaultSearchPath,
            ["LANG"] = "C.UTF-8",
            // A .NET replica that is killed would leave its diagnostic sockets in the temporary folder. A manifest may say 1.
            ["DOTNET_EnableDiagnostics"] = "0",
        };
        foreach (var name in PassedOn)
            if (own(name) is { Length: > 0 } value) environment[name] = value;
        foreach (var (name, value) in spec.Manifest.Process!.Env) environment[name] = SecretValue.Of($"process.env.{name}", value, secrets);
        foreach (var (name, value) in Markers.Of(spec).Variables()) environment[name] = value;
        return environment;
    }
}

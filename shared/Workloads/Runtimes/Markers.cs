using System.Globalization;
using Platform.Workloads.Manifests;

namespace Platform.Workloads.Runtimes;

/// <summary>By what a replica, and everything it starts, is recognised whoever asks and whenever: variables of its environment, labels of its container.</summary>
internal sealed record Markers(string Replica, string Application, string Revision, long Generation, string Owner, int Port, string Runtime)
{
    private const string ReplicaName = "PLATFORM_REPLICA", ApplicationName = "PLATFORM_APPLICATION", RevisionName = "PLATFORM_REVISION",
        GenerationName = "PLATFORM_GENERATION", OwnerName = "PLATFORM_OWNER", PortName = "PORT", RuntimeName = "PLATFORM_RUNTIME";

    public static Markers Of(ReplicaSpec spec) => new(spec.Id, spec.Application, spec.Revision, spec.Generation, spec.Owner, spec.Port, spec.Manifest.Runtime);

    public IEnumerable<KeyValuePair<string, string>> Variables() =>
    [
        new(ReplicaName, Replica), new(ApplicationName, Application), new(RevisionName, Revision),
        new(GenerationName, Generation.ToString(CultureInfo.InvariantCulture)), new(OwnerName, Owner), new(PortName, Port.ToString(CultureInfo.InvariantCulture)),
        new(RuntimeName, Runtime),
    ];

    /// <summary>Reads the markers from an environment; null: it is nobody's replica.</summary>
    public static Markers? Read(IReadOnlyList<string> environment)
    {
        string? Value(string name) => environment.FirstOrDefault(v => v.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        if (Value(ReplicaName) is not { Length: > 0 } replica || Value(OwnerName) is not { } owner) return null;
        return new Markers(replica, Value(ApplicationName) ?? "", Value(RevisionName) ?? "",
            long.TryParse(Value(GenerationName), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0,
            owner, int.TryParse(Value(PortName), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port : 0,
            Value(RuntimeName) ?? RuntimeNames.Process);
    }

    /// <summary>The handle of an instance that carries these markers.</summary>
    public ReplicaHandle Handle(string instance, string address = "127.0.0.1") => new()
    {
        Id = Replica,
        Application = Application,
        Revision = Revision,
        Generation = Generation,
        Instance = instance,
        Address = new Uri($"http://{address}:{Port}"),
    };
}

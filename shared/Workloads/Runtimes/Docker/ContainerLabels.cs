using System.Globalization;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>The markers as labels: by them a container is found again, whoever asks and whenever.</summary>
internal static class ContainerLabels
{
    public const string Owner = "dev.platform.owner";

    /// <summary>Where its output is written, so that a later run goes on with it.</summary>
    public const string Log = "dev.platform.log";

    private const string Replica = "dev.platform.replica", Application = "dev.platform.application", Revision = "dev.platform.revision",
        Generation = "dev.platform.generation", Port = "dev.platform.port", Runtime = "dev.platform.runtime";

    public static Dictionary<string, string> Of(Markers markers, string log) => new(StringComparer.Ordinal)
    {
        [Replica] = markers.Replica,
        [Application] = markers.Application,
        [Revision] = markers.Revision,
        [Generation] = markers.Generation.ToString(CultureInfo.InvariantCulture),
        [Owner] = markers.Owner,
        [Port] = markers.Port.ToString(CultureInfo.InvariantCulture),
        [Runtime] = markers.Runtime,
        [Log] = log,
    };

    /// <summary>Null: it is nobody's replica.</summary>
    public static Markers? Read(IReadOnlyDictionary<string, string>? labels)
    {
        if (labels is null || !labels.TryGetValue(Replica, out var replica) || !labels.TryGetValue(Owner, out var owner)) return null;
        return new Markers(replica, labels.GetValueOrDefault(Application, ""), labels.GetValueOrDefault(Revision, ""),
            long.TryParse(labels.GetValueOrDefault(Generation), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0,
            owner, int.TryParse(labels.GetValueOrDefault(Port), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port : 0,
            labels.GetValueOrDefault(Runtime, ""));
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Platform.CommandLine.Client;

/// <summary>Where a platform's services listen.</summary>
internal sealed record PlatformAddresses
{
    /// <summary>The file, in the data folder, that a running platform says it in.</summary>
    public const string FileName = "run/addresses.json";

    /// <summary>Gateway's control API.</summary>
    public required Uri Gateway { get; init; }
    /// <summary>Where the applications answer.</summary>
    public required Uri Traffic { get; init; }
    /// <summary>Autoscaler.</summary>
    public required Uri Autoscaler { get; init; }
    /// <summary>Deployment.</summary>
    public required Uri Deployment { get; init; }
    /// <summary>HealthMonitor, which also serves the dashboard.</summary>
    public required Uri HealthMonitor { get; init; }
    /// <summary>The process that wrote the file; null: the standard addresses.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The standard ports.</summary>
    public static PlatformAddresses Standard { get; } = new()
    {
        Gateway = new Uri("http://127.0.0.1:8010"),
        Traffic = new Uri("http://127.0.0.1:8080"),
        Autoscaler = new Uri("http://127.0.0.1:8011"),
        Deployment = new Uri("http://127.0.0.1:8014"),
        HealthMonitor = new Uri("http://127.0.0.1:8015"),
    };

    /// <summary>What the platform on a data folder wrote, or the standard addresses when there is nothing readable.</summary>
    public static PlatformAddresses Of(string dataFolder)
    {
        var file = Path.Combine(dataFolder, FileName);
        if (!File.Exists(file)) return Standard;
        try
        {
            return JsonSerializer.Deserialize<PlatformAddresses>(File.ReadAllBytes(file), ClientJson.Options) ?? Standard;
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Unavailable, $"{file} cannot be read: {unreadable.Message}", "Stop the platform with 'platform down' and start it again with 'platform up'.");
        }
    }

    /// <summary>The address of a service by its module's name.</summary>
    public Uri Service(string module) => module switch
    {
        "gateway" => Gateway,
        "autoscaler" => Autoscaler,
        "deployment" => Deployment,
        "healthmonitor" => HealthMonitor,
        _ => throw new ArgumentOutOfRangeException(nameof(module), module, "No such service."),
    };

    /// <summary>Name and control address of every service.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, Uri Address)> Services =>
        [("gateway", Gateway), ("autoscaler", Autoscaler), ("deployment", Deployment), ("healthmonitor", HealthMonitor)];
}

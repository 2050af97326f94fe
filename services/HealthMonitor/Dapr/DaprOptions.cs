using Platform.Hosting;

namespace Platform.HealthMonitor.Dapr;

/// <summary>Pub/sub through a Dapr sidecar, over its HTTP API. Section <c>Dapr</c>.</summary>
public sealed class DaprOptions : IValidatable
{
    /// <summary>The sidecar's HTTP port on this machine; every event is published through it. Default null: nothing is published.</summary>
    public int? HttpPort { get; set; }

    /// <summary>The pub/sub component. Default <c>pubsub</c>.</summary>
    public string PubSub { get; set; } = "pubsub";

    /// <summary>The topic events are published to. Default <c>platform.events</c>.</summary>
    public string EventsTopic { get; set; } = "platform.events";

    /// <summary>The topic commands are taken from. Default <c>platform.commands</c>.</summary>
    public string CommandsTopic { get; set; } = "platform.commands";

    /// <summary>The token the sidecar shows us (<c>APP_API_TOKEN</c>); without it nothing is taken from a sidecar. 16 characters or more.</summary>
    public string? AppApiToken { get; set; }

    /// <summary>The token we show the sidecar (<c>DAPR_API_TOKEN</c>). Default null: none.</summary>
    public string? ApiToken { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (HttpPort is < 1 or > 65_535) yield return new ConfigurationProblem(nameof(HttpPort), "1 to 65535", $"{HttpPort}");
        if (!IsName(PubSub)) yield return new ConfigurationProblem(nameof(PubSub), "letters, digits, dots, dashes", PubSub);
        if (!IsName(EventsTopic)) yield return new ConfigurationProblem(nameof(EventsTopic), "letters, digits, dots, dashes", EventsTopic);
        if (!IsName(CommandsTopic)) yield return new ConfigurationProblem(nameof(CommandsTopic), "letters, digits, dots, dashes", CommandsTopic);
        if (AppApiToken is { Length: < 16 }) yield return new ConfigurationProblem(nameof(AppApiToken), "16 characters or more", "a shorter one");
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 200 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}

using System.Text.Json;

namespace Platform.CommandLine.Client;

/// <summary>An event of the platform as its log and its stream show it.</summary>
internal sealed record PlatformEvent
{
    /// <summary>Its place in the log.</summary>
    public long Sequence { get; init; }
    /// <summary><c>RolloutStarted</c>, <c>ReplicaStopped</c>, …</summary>
    public required string Type { get; init; }
    /// <summary>The application.</summary>
    public string Application { get; init; } = "";
    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
    /// <summary><c>info</c>, <c>success</c>, <c>warning</c> or <c>critical</c>.</summary>
    public string Severity { get; init; } = "info";
    /// <summary>What happened, in one sentence.</summary>
    public string Summary { get; init; } = "";
    /// <summary>The whole event.</summary>
    public JsonElement Data { get; init; }

    /// <summary>Reads the data of a server-sent event; null: a kind of message that is not an event (a heartbeat, a snapshot of figures).</summary>
    public static PlatformEvent? Of(ServerSentEvent received)
    {
        try
        {
            return JsonSerializer.Deserialize<PlatformEvent>(received.Data, ClientJson.Options);
        }
        catch (JsonException)
        {
            // Streams may carry more kinds of messages than this version knows.
            return null;
        }
    }
}

/// <summary>A service's answer about its own health.</summary>
internal sealed record ServiceHealth
{
    /// <summary><c>ready</c> or <c>waiting</c>; the command line adds <c>down</c>.</summary>
    public required string Status { get; init; }
    /// <summary>The service.</summary>
    public required string Service { get; init; }
    /// <summary>What it waits for.</summary>
    public IReadOnlyList<string>? WaitingFor { get; init; }
}

using System.Text.Json;
using Platform.HealthMonitor.Events;
using Platform.Hosting.Json;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>Somebody outside who gets events: a row of the webhooks' table. Its place in the log is the last event it is done with.</summary>
internal sealed record Subscription
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string Url { get; init; } = "";

    /// <summary>Signs deliveries; sealed (<see cref="WebhookSecret"/>), and never shown again.</summary>
    public string? Secret { get; init; }

    /// <summary>Event types, JSON; empty: all.</summary>
    public string Types { get; init; } = "[]";

    /// <summary>Applications, JSON; empty: all.</summary>
    public string Applications { get; init; } = "[]";

    public bool Enabled { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public long LastSequence { get; init; }

    /// <summary>Failed attempts for the event under way.</summary>
    public int Attempt { get; init; }

    public DateTimeOffset NextAttempt { get; init; }

    public string? LastError { get; init; }

    public long Delivered { get; init; }

    /// <summary>Events that left the bounded log before they could be delivered.</summary>
    public long Skipped { get; init; }

    public IReadOnlyList<string> ReadTypes() => JsonSerializer.Deserialize<List<string>>(Types, PlatformJson.Options)!;

    public IReadOnlyList<string> ReadApplications() => JsonSerializer.Deserialize<List<string>>(Applications, PlatformJson.Options)!;

    public bool Wants(EventRecord record)
    {
        var (types, applications) = (ReadTypes(), ReadApplications());
        return (types.Count == 0 || types.Contains(record.Type)) && (applications.Count == 0 || applications.Contains(record.Application));
    }
}

/// <summary>One attempt to deliver an event: a row of the list of deliveries.</summary>
internal sealed record Delivery
{
    public long Sequence { get; init; }

    public string Webhook { get; init; } = "";

    public long EventSequence { get; init; }

    public Guid EventId { get; init; }

    public string Type { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public int Attempt { get; init; }

    /// <summary><c>delivered</c>, <c>retry</c>, <c>dead</c> or <c>ping</c>.</summary>
    public string Outcome { get; init; } = "";

    public int? Status { get; init; }

    public string? Error { get; init; }

    public TimeSpan Duration { get; init; }
}

/// <summary>An event that could not be delivered: a row of its table.</summary>
internal sealed record DeadLetter
{
    public string Webhook { get; init; } = "";

    public long EventSequence { get; init; }

    /// <summary>The whole event, JSON: it outlives the log.</summary>
    public string Event { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public int Attempts { get; init; }

    public string Error { get; init; } = "";

    public EventRecord ReadEvent() => JsonSerializer.Deserialize<EventRecord>(Event, PlatformJson.Options)!;
}

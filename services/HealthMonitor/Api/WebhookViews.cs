using Platform.HealthMonitor.Subscriptions;

namespace Platform.HealthMonitor.Api;

/// <summary>What a webhook is made or changed with.</summary>
internal sealed record WebhookRequest
{
    /// <summary>For people. 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Where to post: http or https, without user and password.</summary>
    public required string Url { get; init; }

    /// <summary>Signs deliveries (Standard Webhooks). 16 to 200 characters; null: made here and shown once, or the present one stays if the URL does.</summary>
    public string? Secret { get; init; }

    /// <summary>Event types: <c>AlertRaised</c>, …; empty: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Applications; empty: all.</summary>
    public IReadOnlyList<string> Applications { get; init; } = [];

    /// <summary>False: events wait in the log.</summary>
    public bool Enabled { get; init; } = true;
}

/// <summary>A webhook. Its secret is never among it, but right after it was made here.</summary>
internal sealed record WebhookView
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Url { get; init; }

    public required bool HasSecret { get; init; }

    /// <summary>Only in the answer to the request that made it.</summary>
    public string? Secret { get; init; }

    public required IReadOnlyList<string> Types { get; init; }

    public required IReadOnlyList<string> Applications { get; init; }

    public required bool Enabled { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last event it is done with.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Failed attempts for the event under way.</summary>
    public required int FailedAttempts { get; init; }

    public DateTimeOffset? NextAttempt { get; init; }

    public string? LastError { get; init; }

    public required long Delivered { get; init; }

    /// <summary>Events that left the log before they could be delivered.</summary>
    public required long Skipped { get; init; }

    public static WebhookView Of(Subscription subscription, string? newSecret = null) => new()
    {
        Id = subscription.Id,
        Name = subscription.Name,
        Url = subscription.Url,
        HasSecret = subscription.Secret is not null,
        Secret = newSecret,
        Types = subscription.ReadTypes(),
        Applications = subscription.ReadApplications(),
        Enabled = subscription.Enabled,
        CreatedAt = subscription.CreatedAt,
        LastSequence = subscription.LastSequence,
        FailedAttempts = subscription.Attempt,
        NextAttempt = subscription.Attempt > 0 ? subscription.NextAttempt : null,
        LastError = subscription.LastError,
        Delivered = subscription.Delivered,
        Skipped = subscription.Skipped,
    };
}

/// <summary>An event that could not be delivered.</summary>
internal sealed record DeadLetterView(long EventSequence, DateTimeOffset At, int Attempts, string Error, EventView Event)
{
    public static DeadLetterView Of(DeadLetter dead) => new(dead.EventSequence, dead.At, dead.Attempts, dead.Error, EventView.Of(dead.ReadEvent()));
}

/// <summary>What a test ping led to.</summary>
internal sealed record PingView(bool Arrived, int? Status, string? Error);

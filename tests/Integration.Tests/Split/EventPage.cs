namespace Platform.Integration.Tests.Split;

/// <summary>A page of the event log, as far as the tests look at it.</summary>
internal sealed record EventPage
{
    public required IReadOnlyList<LoggedEvent> Items { get; init; }

    public string? Next { get; init; }
}

/// <summary>An event of the log.</summary>
internal sealed record LoggedEvent
{
    public required long Sequence { get; init; }

    public required string Type { get; init; }

    public required Guid CorrelationId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Summary { get; init; }

    public required System.Text.Json.JsonElement Data { get; init; }

    public required Guid Id { get; init; }

    public required string Application { get; init; }

    public required string Severity { get; init; }

    public string? Replica => Data.TryGetProperty("replica", out var replica) ? replica.GetString() : null;
}

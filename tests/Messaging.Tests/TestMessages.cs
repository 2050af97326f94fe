using Platform.Contracts;

namespace Platform.Messaging.Tests;

/// <summary>Ask for a piece of work.</summary>
public sealed record DoWork : ICommand
{
    public string Application { get; init; } = "shop";
    public DateTimeOffset At { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public Guid CorrelationId { get; init; }
    public string RequestedBy { get; init; } = "test";
    public string Reason { get; init; } = "a test";
    public string Behaviour { get; init; } = "";
}

/// <summary>A piece of work was done.</summary>
public sealed record WorkDone : IEvent
{
    public string Application { get; init; } = "shop";
    public DateTimeOffset At { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public Guid CorrelationId { get; init; }
    public string Behaviour { get; init; } = "";
}

/// <summary>Something was added to a tally.</summary>
public sealed record TallyAdded : IEvent
{
    public string Application { get; init; } = "shop";
    public DateTimeOffset At { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public Guid CorrelationId { get; init; }
    public bool Last { get; init; }
}

/// <summary>A tally stands at a figure.</summary>
public sealed record TallyStands : IEvent
{
    public string Application { get; init; } = "shop";
    public DateTimeOffset At { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public Guid CorrelationId { get; init; }
    public int Count { get; init; }
}

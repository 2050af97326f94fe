using Platform.Contracts;

namespace Platform.Messaging;

/// <summary>Sends commands from code without a transaction. The command may be lost if the process dies before the call returns: whoever calls repeats.</summary>
public interface ICommandSender
{
    /// <summary>Sends the command to its owner; returns when the broker has it.</summary>
    /// <typeparam name="T">The command.</typeparam>
    Task SendAsync<T>(T command, CancellationToken cancellation = default) where T : class, ICommand;
}

/// <summary>Publishes events from code without a transaction. The event may be lost if the process dies before the call returns: whoever calls repeats.</summary>
public interface IEventPublisher
{
    /// <summary>Publishes the event; returns when the broker has it.</summary>
    /// <typeparam name="T">The event.</typeparam>
    Task PublishAsync<T>(T @event, CancellationToken cancellation = default) where T : class, IEvent;
}

/// <summary>How the bus and the outboxes are doing.</summary>
public interface IMessagingStatus
{
    /// <summary>What keeps messages from flowing, one sentence each, fit for <c>/health/ready</c>; empty: nothing.</summary>
    IReadOnlyList<string> WaitingFor { get; }

    /// <summary>Why nothing can be handed to the broker now, as a sentence; null: it can be tried. Whoever publishes what is worth nothing later leaves it.</summary>
    string? Away { get; }

    /// <summary>Messages of all modules that are committed and due but not handed to the broker yet, as last seen.</summary>
    long OutboxBacklog { get; }
}

/// <summary>The broker is known to be away; nothing was tried.</summary>
public sealed class BusAwayException : Exception
{
    /// <summary>Says what is waited for.</summary>
    public BusAwayException(string message)
        : base(message)
    {
    }
}

namespace Platform.Contracts;

/// <summary>What every message on the bus carries. Messages are records with <c>init</c> members and no base class.</summary>
public interface IMessage
{
    /// <summary>The application the message is about; <c>platform</c> for the platform itself.</summary>
    string Application { get; }

    /// <summary>When it happened (events) or was asked for (commands), UTC.</summary>
    DateTimeOffset At { get; }

    /// <summary>Ties together everything one cause led to: the rollout's, experiment's or request's id.</summary>
    Guid CorrelationId { get; }
}

/// <summary>A request to the one service that owns what it changes. Verb-noun, sent, never published.</summary>
public interface ICommand : IMessage
{
    /// <summary>Who asked: a key's name, or the name of the service that decided.</summary>
    string RequestedBy { get; }

    /// <summary>Why, in one sentence for the audit log and the event feed.</summary>
    string Reason { get; }
}

/// <summary>A fact. Noun-past, published; anyone may care.</summary>
public interface IEvent : IMessage;

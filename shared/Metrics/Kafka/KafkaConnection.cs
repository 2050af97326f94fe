using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Platform.Metrics.Kafka;

/// <summary>
/// Whether the brokers answer: as the clients report it, and, sooner, by the age of what they have not acknowledged or answered.
/// <code>
/// an error that concerns all, or the oldest unacknowledged batch or unanswered question older than Patience ─► away
/// a batch, an assignment, an answer or an acknowledgement arrives, and nothing is that old ─► back
/// </code>
/// </summary>
internal sealed partial class KafkaConnection(string servers, TimeProvider time, ILogger log)
{
    /// <summary>A broker that takes longer for one batch counts as away.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const string Unreachable = "unreachable";
    private const string Silent = "which does not answer";
    private readonly Lock _gate = new();
    private DateTimeOffset? _downSince;
    private string _reason = "";

    /// <summary>What was sent and not acknowledged.</summary>
    public Unacknowledged Unacknowledged { get; } = new();

    /// <summary>Consumers who hear nothing, since when they last heard something.</summary>
    public Unacknowledged Unanswered { get; } = new();

    public string? WaitingFor
    {
        get
        {
            lock (_gate)
            {
                LookAtOldest();
                return _downSince is { } since ? $"Kafka at {servers}, {_reason}, since {since:HH:mm:ss} UTC{Backlog(Unacknowledged.Count)}" : null;
            }
        }
    }

    /// <summary>Something arrived or was acknowledged.</summary>
    public void Works()
    {
        if (_downSince is null) return; // the common case, without the lock; a stale read is corrected by the next call
        lock (_gate)
        {
            // One broker of several may answer while another holds batches back: that is not back yet.
            if (_downSince is not { } since || IsOverdue(Oldest)) return;
            _downSince = null;
            LogBack(log, servers, time.GetUtcNow() - since);
        }
    }

    /// <summary>A broker answered a question, whatever it said.</summary>
    public void Answers()
    {
        if (_downSince is null || _reason is not (Unreachable or Silent)) return;
        Works();
    }

    public void Report(Error error)
    {
        if (Reason(error) is not { } reason) return;
        lock (_gate) Down(time.GetUtcNow(), reason, error.Reason);
    }

    /// <summary>Looks whether something has been unacknowledged for too long.</summary>
    public void Look()
    {
        lock (_gate) LookAtOldest();
    }

    private static string Backlog(int batches) => batches switch
    {
        0 => "",
        1 => ", 1 batch unacknowledged",
        _ => $", {batches} batches unacknowledged",
    };

    private DateTimeOffset? Oldest => (Unacknowledged.Oldest, Unanswered.Oldest) switch
    {
        (null, var asked) => asked,
        (var sent, null) => sent,
        (var sent, var asked) => sent < asked ? sent : asked,
    };

    private bool IsOverdue(DateTimeOffset? oldest) => oldest is { } sent && time.GetUtcNow() - sent > Patience;

    private void LookAtOldest()
    {
        var oldest = Oldest;
        if (IsOverdue(oldest)) Down(oldest!.Value, Silent, $"nothing for more than {Patience.TotalSeconds:0} s");
    }

    private void Down(DateTimeOffset since, string reason, string detail)
    {
        if (_downSince is not null) return;
        _downSince = since;
        _reason = reason;
        LogDown(log, servers, reason, detail);
    }

    /// <summary>What an error means for the whole stream; null: nothing, it concerns one request only.</summary>
    private static string? Reason(Error error) => error.Code switch
    {
        ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_MsgTimedOut => Unreachable,
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition => "the topic does not exist",
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_Ssl => "which refuses the log-in",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => "which refuses access to the topic or the consumer group",
        _ => null,
    };

    [LoggerMessage(2101, LogLevel.Warning, "Waiting for Kafka at {Servers}: {Reason} ({Detail}). Metrics are kept, the oldest dropped first.")]
    private static partial void LogDown(ILogger log, string servers, string reason, string detail);

    [LoggerMessage(2102, LogLevel.Information, "Kafka at {Servers} is back after {Away}.")]
    private static partial void LogBack(ILogger log, string servers, TimeSpan away);
}

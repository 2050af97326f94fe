using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Platform.Metrics.Kafka;

/// <summary>Whether the brokers answer, as the clients report it.</summary>
internal sealed partial class KafkaConnection(string servers, TimeProvider time, ILogger log)
{
    private readonly Lock _gate = new();
    private DateTimeOffset? _downSince;
    private string _reason = "";

    public string? WaitingFor
    {
        get
        {
            lock (_gate) return _downSince is { } since ? $"Kafka at {servers}, {_reason}, since {since:HH:mm:ss} UTC" : null;
        }
    }

    /// <summary>Something arrived or was acknowledged.</summary>
    public void Works()
    {
        if (_downSince is null) return; // the common case, without the lock; a stale read is corrected by the next call
        lock (_gate)
        {
            if (_downSince is not { } since) return;
            _downSince = null;
            LogBack(log, servers, time.GetUtcNow() - since);
        }
    }

    public void Report(Error error)
    {
        if (Reason(error) is not { } reason) return;
        lock (_gate)
        {
            if (_downSince is not null) return;
            _downSince = time.GetUtcNow();
            _reason = reason;
            LogDown(log, servers, reason, error.Reason);
        }
    }

    /// <summary>What an error means for the whole stream; null: nothing, it concerns one request only.</summary>
    private static string? Reason(Error error) => error.Code switch
    {
        ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_MsgTimedOut => "unreachable",
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

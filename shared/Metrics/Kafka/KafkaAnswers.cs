using System.Text;
using System.Text.Json;

namespace Platform.Metrics.Kafka;

/// <summary>
/// Whether the brokers answer a consumer. A quiet topic delivers nothing, but its brokers answer several times a second that there is
/// nothing; the client's statistics count these answers.
/// </summary>
internal sealed class KafkaAnswers(KafkaConnection connection, TimeProvider time) : IDisposable
{
    private long _answers;
    private DateTimeOffset _since = time.GetUtcNow();
    private Unacknowledged.Sending? _unanswered;

    /// <summary>Looks at the statistics the client gives once a second.</summary>
    public void Look(string statistics)
    {
        if (Count(statistics) is not { } answers) return;
        if (answers == _answers)
        {
            _unanswered ??= connection.Unanswered.Begin(_since);
            connection.Look();
            return;
        }

        (_answers, _since) = (answers, time.GetUtcNow());
        Dispose();
        connection.Answers();
    }

    /// <summary>Nothing is asked any more.</summary>
    public void Dispose()
    {
        if (_unanswered is { } asked) connection.Unanswered.End(asked);
        _unanswered = null;
    }

    /// <summary>How many answers the client has had from all brokers together: the statistics' outermost <c>rx</c>.</summary>
    internal static long? Count(string statistics)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(statistics));
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
                var found = reader.ValueTextEquals("rx");
                reader.Read();
                if (found) return reader.TryGetInt64(out var answers) ? answers : null;
                reader.Skip();
            }
        }
        catch (Exception unknown) when (unknown is JsonException or InvalidOperationException)
        {
            // Another version of the library: then only its errors tell.
            return null;
        }

        return null;
    }
}

using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using Platform.Metrics.Kafka;
using Platform.Testing;

namespace Platform.Metrics.Tests.Kafka;

public sealed class KafkaConnectionTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Lines _log = new();
    private readonly KafkaConnection _connection;

    public KafkaConnectionTests() => _connection = new KafkaConnection("127.0.0.1:9092", _time, _log);

    [Fact]
    public void WaitingFor_OldestUnacknowledgedWithinPatience_IsNothing()
    {
        Send();
        _time.Advance(KafkaConnection.Patience);
        Assert.Null(_connection.WaitingFor);
    }

    [Fact]
    public void WaitingFor_OldestUnacknowledgedTooOld_SaysWhereSinceWhenAndHowMany()
    {
        Send();
        _time.Advance(TimeSpan.FromSeconds(3));
        Send();
        _time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Equal("Kafka at 127.0.0.1:9092, which does not answer, since 00:00:00 UTC, 2 batches unacknowledged", _connection.WaitingFor);
    }

    [Fact]
    public void WaitingFor_OldestGivenUpOneByOne_IsStillSinceTheFirst()
    {
        var first = Send();
        for (var second = 0; second < 40; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Send();
        }

        _connection.Look();
        _connection.Unacknowledged.End(first);
        Assert.Equal("Kafka at 127.0.0.1:9092, which does not answer, since 00:00:00 UTC, 40 batches unacknowledged", _connection.WaitingFor);
    }

    [Fact]
    public void Works_WhileAnotherBrokerStillHoldsOldOnes_IsNotBack()
    {
        var old = Send();
        _time.Advance(TimeSpan.FromSeconds(6));
        _connection.Look();
        Acknowledge(Send());
        Assert.NotNull(_connection.WaitingFor);
        Acknowledge(old);
        Assert.Null(_connection.WaitingFor);
    }

    [Fact]
    public void Look_AgainAndAgain_LogsTheOutageOnceAndItsEndOnce()
    {
        var sent = Send();
        for (var second = 0; second < 30; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _connection.Look();
        }

        Acknowledge(sent);
        _connection.Look();
        Assert.Equal(
            [
                "Waiting for Kafka at 127.0.0.1:9092: which does not answer (nothing for more than 5 s). Metrics are kept, the oldest dropped first.",
                "Kafka at 127.0.0.1:9092 is back after 00:00:30.",
            ],
            _log.Written);
    }

    [Fact]
    public void Answers_ThatStop_AreMissedAfterPatience_AndBackWithTheFirst()
    {
        using var answers = new KafkaAnswers(_connection, _time);
        for (var second = 0; second < 10; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            answers.Look($$"""{ "name": "x", "brokers": { "a": { "rx": {{second}} } }, "tx": 7, "rx": {{10 * second}}, "rx_bytes": 5 }""");
            Assert.Null(_connection.WaitingFor);
        }

        for (var second = 0; second < 6; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            answers.Look("""{ "rx": 90 }""");
        }

        Assert.Equal("Kafka at 127.0.0.1:9092, which does not answer, since 00:00:10 UTC", _connection.WaitingFor);
        answers.Look("""{ "rx": 91 }""");
        Assert.Null(_connection.WaitingFor);
    }

    [Theory]
    [InlineData("""{ "brokers": { "rx": 3 } }""")]
    [InlineData("""{ "rx": "many" }""")]
    [InlineData("""{ "rx": """)]
    [InlineData("")]
    public void Answers_StatisticsWithoutACount_SayNothing(string statistics) => Assert.Null(KafkaAnswers.Count(statistics));

    /// <summary>Against a plain list: whatever order the answers come in.</summary>
    [Fact]
    public void Unacknowledged_AnswersInAnyOrder_CountAndOldestAreRight() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Arb.From(Gen.ListOf(Gen.Choose(0, 99))),
            steps =>
            {
                var unacknowledged = new Unacknowledged();
                var model = new List<Unacknowledged.Sending>();
                var now = DateTimeOffset.UnixEpoch;
                foreach (var step in steps)
                {
                    now += TimeSpan.FromSeconds(1);
                    if (step % 2 == 0 || model.Count == 0)
                    {
                        model.Add(unacknowledged.Begin(now));
                        continue;
                    }

                    var ended = model[step % model.Count];
                    model.Remove(ended);
                    unacknowledged.End(ended);
                    unacknowledged.End(ended);
                }

                return unacknowledged.Count == model.Count && unacknowledged.Oldest == (model.Count == 0 ? null : model[0].At);
            }));

    private Unacknowledged.Sending Send() => _connection.Unacknowledged.Begin(_time.GetUtcNow());

    private void Acknowledge(Unacknowledged.Sending sending)
    {
        _connection.Unacknowledged.End(sending);
        _connection.Works();
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}

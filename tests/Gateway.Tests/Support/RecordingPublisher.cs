using System.Collections.Concurrent;
using Platform.Contracts;
using Platform.Contracts.Traffic;
using Platform.Messaging;

namespace Platform.Gateway.Tests.Support;

/// <summary>Keeps what is published; fails on demand.</summary>
internal sealed class RecordingPublisher : IEventPublisher
{
    private readonly ConcurrentQueue<IEvent> _events = new();
    private int _refused;

    public bool Fails { get; set; }

    /// <summary>How often a publication was refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public IReadOnlyList<IEvent> All => [.. _events];

    public IReadOnlyList<ReplicaDrained> Drained => [.. _events.OfType<ReplicaDrained>()];

    public Task PublishAsync<T>(T @event, CancellationToken cancellation = default)
        where T : class, IEvent
    {
        if (Fails)
        {
            Interlocked.Increment(ref _refused);
            return Task.FromException(new IOException("The bus is down."));
        }

        _events.Enqueue(@event);
        return Task.CompletedTask;
    }
}

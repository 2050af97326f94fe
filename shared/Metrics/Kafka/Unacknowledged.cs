namespace Platform.Metrics.Kafka;

/// <summary>
/// What was handed to the Kafka client and neither acknowledged nor given up, by age. The client says nothing for half a minute; the age of
/// the oldest shows after a few seconds that nothing arrives.
/// </summary>
internal sealed class Unacknowledged
{
    private readonly Lock _gate = new();
    // In order of sending. Partitions answer in any order: what is settled further back leaves when it comes to the front.
    private readonly Queue<Sending> _sendings = new();
    private int _open;

    /// <summary>How many are under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _open;
        }
    }

    /// <summary>When the oldest was sent; null: nothing is under way.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            lock (_gate) return _sendings.TryPeek(out var oldest) ? oldest.At : null;
        }
    }

    /// <summary>Something is sent.</summary>
    public Sending Begin(DateTimeOffset at)
    {
        var sending = new Sending(at);
        lock (_gate)
        {
            _sendings.Enqueue(sending);
            _open++;
        }

        return sending;
    }

    /// <summary>It was acknowledged, or given up.</summary>
    public void End(Sending sending)
    {
        lock (_gate)
        {
            if (sending.Ended) return;
            sending.Ended = true;
            _open--;
            while (_sendings.TryPeek(out var oldest) && oldest.Ended) _sendings.Dequeue();
        }
    }

    /// <summary>One batch under way.</summary>
    internal sealed class Sending(DateTimeOffset at)
    {
        public DateTimeOffset At => at;

        public bool Ended { get; set; }
    }
}

namespace Platform.Metrics.Streaming;

/// <summary>Takes in the metric stream, from the process's start to its end (<see cref="MetricReaderRegistration"/>).</summary>
public interface IMetricReader
{
    /// <summary>Takes in one batch. Called by one thread at a time, in the stream's order; quick, for a slow reader loses the oldest batches.</summary>
    void Add(MetricBatch batch);
}

/// <summary>How the reading of one <see cref="IMetricReader"/> goes: for readiness.</summary>
public interface IMetricReading
{
    /// <summary>Who reads: the module's name.</summary>
    string Subscriber { get; }

    /// <summary>Why nothing is read now, as a sentence for people; null: it is.</summary>
    string? WaitingFor { get; }
}

using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Platform.Autoscaler.Intake;

/// <summary>How often each fault was met since the start; also the counter <c>platform.autoscaler.sample.faults</c>.</summary>
internal sealed class SampleFaults
{
    // One meter for the process, as for a log category: hosts come and go in tests, instruments stay.
    private static readonly Meter Meter = new("Platform.Autoscaler");
    private static readonly Counter<long> Faults = Meter.CreateCounter<long>("platform.autoscaler.sample.faults", "{sample}", "Samples that were wrong, by fault.");
    private static readonly KeyValuePair<string, object?>[] Tags = [.. Enum.GetNames<SampleFault>().Select(name => new KeyValuePair<string, object?>("fault", JsonNamingPolicy.CamelCase.ConvertName(name)))];

    private readonly long[] _counts = new long[Tags.Length];

    public long this[SampleFault fault] => Interlocked.Read(ref _counts[(int)fault]);

    public void Count(SampleFault fault, int samples = 1)
    {
        Interlocked.Add(ref _counts[(int)fault], samples);
        Faults.Add(samples, Tags[(int)fault]);
    }

    /// <summary>By fault, those never met too.</summary>
    public IReadOnlyDictionary<string, long> ToDictionary() =>
        Tags.Select((tag, i) => ((string)tag.Value!, Interlocked.Read(ref _counts[i]))).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);
}

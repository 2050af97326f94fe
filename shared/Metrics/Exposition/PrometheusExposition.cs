using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.Metrics.Exposition;

/// <summary>Listens to the process's instruments and writes them in Prometheus' text format 0.0.4.</summary>
internal sealed class PrometheusExposition : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> _instruments = new();
    private readonly Lock _collecting = new();

    public PrometheusExposition(IOptions<PrometheusOptions> options)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!options.Value.Shows(instrument.Meter.Name)) return;
            var series = _instruments.GetOrAdd(instrument, static (i, maximum) => new InstrumentSeries(i, maximum), options.Value.MaximumSeriesPerInstrument);
            listener.EnableMeasurementEvents(instrument, series);
        };
        _listener.MeasurementsCompleted = (instrument, state) => _instruments.TryRemove(instrument, out _);
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, series) => Record(series, (double)value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.Start();
    }

    /// <summary>Everything, as one page of text.</summary>
    public string Write()
    {
        lock (_collecting)
        {
            foreach (var series in _instruments.Values.Where(i => i.IsObservable)) series.Forget();
            List<string> failures = [];
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException failed)
            {
                // Somebody's observer threw: the other instruments are shown all the same, and the page says so.
                failures.AddRange(failed.InnerExceptions.Select(e => e.Message));
            }

            var text = new StringBuilder(16 * 1024);
            foreach (var family in _instruments.Values.GroupBy(i => i.Name).OrderBy(f => f.Key, StringComparer.Ordinal)) WriteFamily(text, [.. family]);
            foreach (var failure in failures) text.Append("# An instrument could not be read: ").Append(failure.ReplaceLineEndings(" ")).Append('\n');
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? series, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((InstrumentSeries)series!).Record(value, tags);

    private static void WriteFamily(StringBuilder text, IReadOnlyList<InstrumentSeries> instruments)
    {
        // The same name from several meters (a meter per host, say) is one family; of another type it would be invalid and is left out.
        var first = instruments[0];
        var alike = instruments.Where(i => i.Kind == first.Kind && i.Bounds.AsSpan().SequenceEqual(first.Bounds));
        var series = new SortedDictionary<string, List<SeriesValue>>(StringComparer.Ordinal);
        foreach (var (labels, value) in alike.SelectMany(i => i.Values))
        {
            var rendered = Labels(labels);
            if (!series.TryGetValue(rendered, out var same)) series[rendered] = same = [];
            same.Add(value);
        }

        if (series.Count == 0) return;
        text.Append("# HELP ").Append(first.Name).Append(' ').Append(first.Description.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n")).Append('\n');
        text.Append("# TYPE ").Append(first.Name).Append(' ').Append(first.Kind switch
        {
            InstrumentKind.Counter => "counter",
            InstrumentKind.Gauge => "gauge",
            _ => "histogram",
        }).Append('\n');
        foreach (var (labels, values) in series)
        {
            if (first.Kind == InstrumentKind.Histogram) WriteHistogram(text, first, labels, values);
            else WriteSample(text, first.Name, "", labels, values.Sum(v => v.Value));
        }
    }

    private static void WriteHistogram(StringBuilder text, InstrumentSeries instrument, string labels, List<SeriesValue> values)
    {
        var count = 0L;
        for (var i = 0; i <= instrument.Bounds.Length; i++)
        {
            count += values.Sum(v => v.Bucket(i));
            var bound = i == instrument.Bounds.Length ? "+Inf" : Number(instrument.Bounds[i]);
            WriteSample(text, instrument.Name, "_bucket", $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{bound}\"", count);
        }

        WriteSample(text, instrument.Name, "_sum", labels, values.Sum(v => v.Value));
        WriteSample(text, instrument.Name, "_count", labels, count);
    }

    private static void WriteSample(StringBuilder text, string name, string suffix, string labels, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Labels(LabelSet set) => string.Join(',', set.Labels
        .GroupBy(label => PrometheusName.Label(label.Key))
        .OrderBy(label => label.Key, StringComparer.Ordinal)
        .Select(label => $"{label.Key}=\"{Escape(label.Last().Value?.ToString() ?? "")}\""));

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R");
}

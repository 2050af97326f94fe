using System.Globalization;
using System.Text.Json;

namespace Platform.Benchmarks.Anomalies;

/// <summary>Reads the benchmark's files.</summary>
internal static class NabFiles
{
    /// <summary>Every series of the labels file that is in the folder; labels of others are passed over.</summary>
    public static IReadOnlyList<NabSeries> ReadSeries(string folder, string labelsFile)
    {
        if (!Directory.Exists(folder)) throw new BenchUsageException($"--data: there is no folder '{folder}'.");
        if (!File.Exists(labelsFile)) throw new BenchUsageException($"--labels: there is no file '{labelsFile}'.");
        try
        {
            var labels = JsonSerializer.Deserialize<SortedDictionary<string, string[][]>>(File.ReadAllText(labelsFile))!;
            var found = labels.Where(label => File.Exists(Path.Combine(folder, label.Key))).Select(label => Read(Path.Combine(folder, label.Key), label.Key, label.Value)).ToList();
            return found.Count > 0 ? found : throw new BenchUsageException($"--data: none of the {labels.Count} labelled series is in '{folder}'.");
        }
        catch (Exception mistake) when (mistake is JsonException or FormatException or IndexOutOfRangeException)
        {
            throw new BenchUsageException($"--data or --labels: {mistake.Message}");
        }
    }

    public static IReadOnlyList<NabProfile> ReadProfiles(string file)
    {
        if (!File.Exists(file)) throw new BenchUsageException($"--profiles: there is no file '{file}'.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            return [.. document.RootElement.EnumerateObject().Select(profile => Profile(profile.Name, profile.Value.GetProperty("CostMatrix")))];
        }
        catch (Exception mistake) when (mistake is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BenchUsageException($"--profiles: {mistake.Message}");
        }
    }

    private static NabProfile Profile(string name, JsonElement costs) =>
        new(name, costs.GetProperty("tpWeight").GetDouble(), costs.GetProperty("fnWeight").GetDouble(), costs.GetProperty("fpWeight").GetDouble());

    private static NabSeries Read(string file, string name, string[][] labels)
    {
        var rows = File.ReadLines(file).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',')).ToList();
        var times = rows.Select(row => Time(row[0])).ToArray();
        var values = rows.Select(row => double.Parse(row[1], CultureInfo.InvariantCulture)).ToArray();
        var windows = labels.Select(label => (Row(times, label[0], name), Row(times, label[1], name))).ToList();
        return new NabSeries(name, times, [.. rows.Select(row => row[0])], values, windows);
    }

    private static int Row(DateTimeOffset[] times, string label, string name) => Array.IndexOf(times, Time(label)) is >= 0 and var row
        ? row
        : throw new FormatException($"{name}: the label {label} is not the time of any row.");

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}

using System.Globalization;
using System.Text.Json;
using Platform.Hosting.Measurements;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Measurements;

/// <summary>A GET request whose answer is JSON with the number in it: as a number, as text that is one, or true (1) and false (0).</summary>
internal sealed class WebSource(MetricHttp http) : IMetricSource
{
    public bool Reads(MetricSourceSpec spec) => spec is WebSpec;

    public async Task<Reading> ReadAsync(MetricSourceSpec spec, MetricQuestion question, CancellationToken ct)
    {
        var web = (WebSpec)spec;
        using var request = new HttpRequestMessage(HttpMethod.Get, question.Fill(web.Url, Uri.EscapeDataString));
        var answer = await http.SendAsync(request, web.Headers, question.Timeout, ct);
        if (answer.Text is null) return Reading.None(answer.Problem!);
        try
        {
            using var document = JsonDocument.Parse(answer.Text);
            if (JsonPaths.Find(document.RootElement, web.JsonPath) is { } value && Number(value) is { } reading) return reading;
            return Reading.None(answer.Mask($"its answer has no number at {web.JsonPath}: {MetricHttp.Beginning(answer.Text)}"));
        }
        catch (JsonException)
        {
            return Reading.None(answer.Mask($"its answer is not JSON: {MetricHttp.Beginning(answer.Text)}"));
        }
    }

    private static Reading? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => Reading.Of(value.GetDouble()),
        JsonValueKind.True => Reading.Of(1),
        JsonValueKind.False => Reading.Of(0),
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => Reading.Of(number),
        _ => null,
    };
}

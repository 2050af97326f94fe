using System.Globalization;
using System.Text.Json;

namespace Platform.Hosting.Measurements;

/// <summary>An instant query of Prometheus' HTTP API (<c>POST /api/v1/query</c>), or of whatever else speaks it.</summary>
public static class PrometheusQuery
{
    private const int ShownSeries = 3;

    /// <summary>Asks once. Never throws but for cancellation: what went wrong is the answer.</summary>
    /// <param name="http">Who asks.</param>
    /// <param name="address">The server's address, without <c>/api/v1/query</c>.</param>
    /// <param name="query">The query in PromQL.</param>
    /// <param name="headers">Headers of the request; their values may end with a reference to a secret.</param>
    /// <param name="timeout">How long the answer may take; the server is told.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Reading> AskAsync(
        MetricHttp http, string address, string query, IReadOnlyDictionary<string, string> headers, TimeSpan timeout, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address.TrimEnd('/') + "/api/v1/query");
        // By form: queries may be longer than an address.
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["query"] = query,
            ["timeout"] = timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + "s",
        });
        var answer = await http.SendAsync(request, headers, timeout, ct);
        if (answer.Text is null) return Reading.None(answer.Problem!);
        try
        {
            using var document = JsonDocument.Parse(answer.Text);
            var reading = Read(document.RootElement);
            return reading with { Problem = reading.Problem is null ? null : answer.Mask(reading.Problem) };
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return Reading.None(answer.Mask($"its answer is not one of Prometheus: {MetricHttp.Beginning(answer.Text)}"));
        }
    }

    /// <summary>The one number in an answer. Pure.</summary>
    public static Reading Read(JsonElement answer)
    {
        if (answer.GetProperty("status").GetString() != "success")
            return Reading.None($"it answered {answer.GetProperty("errorType").GetString()}: {answer.GetProperty("error").GetString()}");
        var data = answer.GetProperty("data");
        var (type, result) = (data.GetProperty("resultType").GetString(), data.GetProperty("result"));
        switch (type)
        {
            case "scalar":
                return Number(result);
            case "vector" when result.GetArrayLength() == 0:
                return Reading.None("the query returned nothing: no series matches it now. Do the labels fit, and is the target being scraped?");
            case "vector" when result.GetArrayLength() == 1:
                return Number(result[0].GetProperty("value"));
            case "vector":
                var series = result.EnumerateArray().Take(ShownSeries).Select(s => s.GetProperty("metric").GetRawText());
                return Reading.None($"the query returned {result.GetArrayLength()} series where one number is needed ({string.Join(", ", series)}{(result.GetArrayLength() > ShownSeries ? ", …" : "")}): add them up, as in sum(…), or select one");
            default:
                return Reading.None($"the query returns a {type} where one number is needed: a range such as x[5m] needs a function around it, as in rate(x[5m])");
        }
    }

    private static Reading Number(JsonElement pair) => pair[1].GetString() switch
    {
        "NaN" => Reading.Of(double.NaN),
        "+Inf" or "-Inf" => Reading.Of(double.PositiveInfinity),
        var text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? Reading.Of(value) : Reading.None($"'{text}' is no number"),
    };
}

using System.Text;

namespace Platform.Metrics.Exposition;

/// <summary>Prometheus' names for OpenTelemetry's: <c>http.server.request.duration</c> in <c>s</c> is <c>http_server_request_duration_seconds</c>.</summary>
internal static class PrometheusName
{
    public static string Of(string instrument, string? unit, InstrumentKind kind)
    {
        var name = Sanitize(instrument, colon: true);
        var suffix = Unit(unit);
        if (suffix.Length > 0 && !name.EndsWith("_" + suffix, StringComparison.Ordinal)) name += "_" + suffix;
        if (kind == InstrumentKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal)) name += "_total";
        return name;
    }

    public static string Label(string key) => Sanitize(key, colon: false);

    private static string Unit(string? unit) => unit switch
    {
        null or "" or "1" => "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        "Cel" => "celsius",
        "Hz" => "hertz",
        _ when unit.StartsWith('{') => "", // an annotation ({request}), not a unit
        _ when unit.Contains('/') => string.Join("_per_", unit.Split('/', 2).Select(Unit).Where(u => u.Length > 0)),
        _ => Sanitize(unit, colon: false),
    };

    private static string Sanitize(string text, bool colon)
    {
        var name = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var allowed = char.IsAsciiLetterOrDigit(c) || c == '_' || (colon && c == ':');
            if (name.Length == 0 && char.IsAsciiDigit(c)) name.Append('_');
            name.Append(allowed ? c : '_');
        }

        return name.Length == 0 ? "_" : name.ToString();
    }
}

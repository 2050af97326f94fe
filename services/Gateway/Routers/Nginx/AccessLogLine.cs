using System.Globalization;
using System.Text.Json;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>One line of a generated log: a request that has ended.</summary>
/// <param name="Pool">The upstream it was for; empty: none.</param>
/// <param name="Address">The replica that gave the answer, or was the last to be tried: <c>127.0.0.1:40123</c>; empty: none was.</param>
/// <param name="Status">The status the client got.</param>
/// <param name="Seconds">From the request's first byte to the answer's last, in milliseconds' steps; NaN for a tunnel.</param>
/// <param name="Copy">It is a copy of another revision's request.</param>
internal readonly record struct AccessLogLine(string Pool, string Address, int Status, double Seconds, bool Copy)
{
    private const int SwitchingProtocols = 101;

    /// <summary>The platform counts 5xx as errors; 499, a client that went away, is none.</summary>
    public bool IsError => Status >= 500;

    /// <summary>Reads a line. False: it is none of ours, or damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out AccessLogLine read)
    {
        read = default;
        string pool = "", to = "", status = "", seconds = "";
        var copy = false;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.GetString();
                if (!json.Read()) return false;
                switch (name)
                {
                    case "pool": pool = json.GetString() ?? ""; break;
                    case "to": to = json.GetString() ?? ""; break;
                    case "status": status = json.GetString() ?? ""; break;
                    case "seconds": seconds = json.GetString() ?? ""; break;
                    case "copy": copy = json.GetBoolean(); break;
                    default: return false;
                }
            }
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException)
        {
            return false;
        }

        if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code)) return false;
        if (!double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var took)) return false;
        read = new AccessLogLine(pool, Last(to), code, code == SwitchingProtocols ? double.NaN : took, copy);
        return true;
    }

    /// <summary>nginx lists every try: <c>127.0.0.1:1, 127.0.0.1:2</c>.</summary>
    private static string Last(string tries)
    {
        var end = tries.LastIndexOfAny([',', ' ']);
        return end < 0 ? tries : tries[(end + 1)..];
    }
}

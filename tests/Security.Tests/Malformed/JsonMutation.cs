using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Security.Tests.Malformed;

/// <summary>Makes something wrong (usually) out of a right JSON body: its members, its text, its bytes.</summary>
internal static class JsonMutation
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e308", "1e999", "-0", "9223372036854775807", "99999999999999999999999999", "0.1", "\"\"", "\"x\"", "[]", "{}", "[null]", "[[]]", "{\"a\":{}}",
        "NaN", "Infinity", "\"NaN\"", "\"5m\"", "\"-5m\"", "\"PT5M\"", "\"99999999999d\"", "0x10", "01", "\"\\u0000\"", "\"\\uD800\"", "\"\\uDC00\\uD800\"", "\"\u202e\"", "\"; DROP TABLE webhooks; --\"",
        "\"../../etc/passwd\"", "\"javascript:alert(1)\"", "\"http://user:pass@x/\"", "\"http://[::1\"", "\"\\r\\nX-Injected: 1\"", "undefined", "'x'",
    ];

    private static readonly string[] Pieces = ["{", "}", "[", "]", "\"", ":", ",", "null", "\\", "\\u", "//", "/*", "\0", "\u0001", "\ufeff", " ", "\n", "1e9999", "-", "+", "😀", "\"\":"];

    /// <summary>One to three mutations of a body.</summary>
    public static byte[] Mutate(string good, Random random)
    {
        var text = good;
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            text = random.Next(8) switch
            {
                0 => WithMember(text, random, (parent, name) => parent.Remove(name)),
                1 => WithMember(text, random, (parent, name) => Rename(parent, name, name + (random.Next(2) == 0 ? "X" : " "))),
                2 => Retype(text, random),
                3 => Retype(text, random),
                4 => WithMember(text, random, (parent, name) => parent[name] = new string('x', random.Next(3) switch { 0 => 201, 1 => 5_000, _ => 100_000 })),
                5 => Duplicate(text, random),
                6 => Splice(text, random),
                _ => Nest(text, random),
            };
        }

        return Bytes(text, random);
    }

    private static byte[] Bytes(string text, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (random.Next(12))
        {
            case 0:
                return bytes[..random.Next(bytes.Length + 1)];
            case 1 when bytes.Length > 0:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(0x80, 0x100);
                return bytes;
            case 2:
                return Encoding.Unicode.GetBytes(text);
            case 3:
                return [0xff, 0xfe, .. bytes];
            case 4:
                return [.. bytes, .. bytes];
            default:
                return bytes;
        }
    }

    private static string Retype(string text, Random random)
    {
        const string Marker = "a-value-to-be-replaced";
        return WithMember(text, random, (parent, name) => parent[name] = Marker).Replace($"\"{Marker}\"", Values[random.Next(Values.Length)], StringComparison.Ordinal);
    }

    private static string Duplicate(string text, Random random)
    {
        if (Parse(text) is not JsonObject { Count: > 0 } body) return Splice(text, random);
        var (name, value) = body.ElementAt(random.Next(body.Count));
        return text.Insert(text.IndexOf('{') + 1, $"\"{name}\":{value?.ToJsonString() ?? "null"},");
    }

    private static string Splice(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        return text[..at] + Pieces[random.Next(Pieces.Length)] + text[Math.Min(text.Length, at + random.Next(4))..];
    }

    private static string Nest(string text, Random random)
    {
        var depth = random.Next(3) switch { 0 => 20, 1 => 40, _ => 5_000 };
        var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        var deep = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
        return random.Next(2) == 0 ? deep : text.Insert(text.IndexOf('{') + 1, $"\"deep{depth.ToString(CultureInfo.InvariantCulture)}\":{deep},");
    }

    private static void Rename(JsonObject parent, string name, string other)
    {
        var value = parent[name];
        parent.Remove(name);
        parent[other] = value;
    }

    /// <summary>Does something to one member, at any depth; text that is no object any more is spliced instead.</summary>
    private static string WithMember(string text, Random random, Action<JsonObject, string> change)
    {
        if (Parse(text) is not { } root) return Splice(text, random);
        var places = Objects(root).SelectMany(o => o.Select(member => (Parent: o, member.Key))).ToList();
        if (places.Count == 0) return Splice(text, random);
        var (parent, name) = places[random.Next(places.Count)];
        change(parent, name);
        return root.ToJsonString();
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.Select(member => member.Value).SelectMany(Objects).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    private static JsonNode? Parse(string text)
    {
        try
        {
            var node = JsonNode.Parse(text);
            _ = Objects(node).Sum(o => o.Count);
            _ = node?.ToJsonString();
            return node;
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException or InvalidOperationException)
        {
            // An earlier mutation has made it unreadable: the next one works on the text.
            return null;
        }
    }
}

using System.Globalization;
using System.Text.Json;

namespace Platform.CommandLine.Rendering;

/// <summary>Costs and recommendations for people.</summary>
internal static class CostText
{
    public static void Write(TextWriter to, JsonElement report)
    {
        var currency = report.GetProperty("currency").GetString();
        string Money(JsonElement of, string name) => $"{Number(of, name)} {currency}";
        var (now, past) = (report.GetProperty("now"), report.GetProperty("past"));
        to.WriteLine($"{report.GetProperty("application").GetString()}");
        Line("now", $"{now.GetProperty("replicas").GetInt32()} replica(s) of {report.GetProperty("size").GetString()}: {Money(now, "perHour")} an hour");
        Line("spent", $"{Money(past, "spent")} in {Number(past, "measuredHours")} measured hours, {Money(past, "spentLastDay")} in the last 24");
        if (Some(report, "month") is { } month) Line("30 days", $"{Money(month, "cost")}: {month.GetProperty("basis").GetString()}");
        if (Some(report, "waste") is { } waste) Line("idle", $"{Percent(waste, "share")} of the replica-hours were not needed ({Money(waste, "costPerMonth")} in 30 days), by {waste.GetProperty("capacity").GetString()}");
        foreach (var saving in report.GetProperty("savings").EnumerateArray())
        {
            Line(saving.GetProperty("kind").GetString()!, $"saves {Money(saving, "perMonth")} in 30 days. {saving.GetProperty("what").GetString()}");
            Line("", saving.GetProperty("why").GetString()!);
        }

        if (Some(report, "comparison") is { } comparison) Line("against HPA", comparison.GetProperty("sentence").GetString()!);
        foreach (var sentence in report.GetProperty("notKnown").EnumerateArray()) Line("not known", sentence.GetString()!);
        to.WriteLine();

        void Line(string name, string text) => to.WriteLine($"  {name,-12} {text}");
    }

    public static void WriteRecommendation(TextWriter to, JsonElement item)
    {
        to.WriteLine($"{item.GetProperty("application").GetString()}");
        Line("replicas", $"{item.GetProperty("desired").GetInt32()} (now {item.GetProperty("current").GetInt32()}). {item.GetProperty("reason").GetString()}");
        if (Some(item, "others") is { } others)
        {
            var size = others.GetProperty("size");
            Line("cpu", size.GetProperty("cpu").GetProperty("reason").GetString()!);
            Line("memory", size.GetProperty("memory").GetProperty("reason").GetString()!);
            if (Some(others, "apply") is { } apply) Line("apply", apply.GetString()!);
            Line("schedule", Some(others, "schedule")?.GetProperty("reason").GetString() ?? "None is worth it, or fewer than three days are known.");
            Line("commitment", Some(others, "commitment") is { } commitment ? $"{commitment.GetProperty("replicas").GetInt32()} replica(s): {commitment.GetProperty("reason").GetString()}" : "None is worth it, or fewer than three days are known.");
        }

        to.WriteLine();

        void Line(string name, string text) => to.WriteLine($"  {name,-12} {text}");
    }

    private static JsonElement? Some(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static string Number(JsonElement of, string name) => of.GetProperty(name).GetDouble().ToString("0.###", CultureInfo.InvariantCulture);

    private static string Percent(JsonElement of, string name) => (of.GetProperty(name).GetDouble() * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}

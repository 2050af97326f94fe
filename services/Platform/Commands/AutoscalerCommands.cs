using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.CommandLine.Rendering;
using Spectre.Console;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform autoscaler [health|decisions|predictions|policies]</c></summary>
internal static class AutoscalerCommands
{
    private const string Service = "autoscaler";

    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("autoscaler", "Show what the autoscaler does and why; forecasts, decisions, policies",
            "platform autoscaler", "platform autoscaler predictions shop --horizon 48h", "platform autoscaler decisions shop", "platform autoscaler policies") { Health(cli), Decisions(cli), Predictions(cli), PolicyCommands.Create(cli) };
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var dashboard = await client.GetAsync<JsonElement>(Service, "/dashboard", ct);
            if (json) cli.Output.Json(dashboard);
            else WriteDashboard(cli, dashboard);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Health(Cli cli)
    {
        var command = new DocumentedCommand("health", "How the autoscaler itself does, and which measurements were wrong", "platform autoscaler health", "platform autoscaler health --json");
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var health = await client.GetAsync<JsonElement>(Service, "/health", ct);
            if (json) cli.Output.Json(health);
            else WriteHealth(cli, health);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Decisions(Cli cli)
    {
        var name = Name();
        var limit = new Option<int>("--limit") { Description = "How many, 1 to 1000", DefaultValueFactory = _ => 20 };
        var command = new DocumentedCommand("decisions", "What it decided, newest first, and why", "platform autoscaler decisions", "platform autoscaler decisions shop --limit 100") { name, limit };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var application = parse.GetValue(name);
            var path = string.Create(CultureInfo.InvariantCulture, $"/decisions?limit={parse.GetValue(limit)}") + (application is null ? "" : $"&application={Uri.EscapeDataString(application)}");
            var page = await client.GetAsync<JsonElement>(Service, path, ct);
            if (json) cli.Output.Json(page);
            else foreach (var item in page.GetProperty("items").EnumerateArray()) WriteDecision(cli, item);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Predictions(Cli cli)
    {
        var name = Arguments.Application();
        var horizon = new Option<string>("--horizon") { Description = "How far ahead, 1m to 48h", DefaultValueFactory = _ => "1h" };
        var metric = new Option<string>("--metric") { Description = "requests, cpu, memory, latency, …", DefaultValueFactory = _ => "requests" };
        var command = new DocumentedCommand("predictions", "What is forecast for an application: quantiles per step", "platform autoscaler predictions shop", "platform autoscaler predictions shop --horizon 48h --metric cpu --json") { name, horizon, metric };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var path = $"/predictions?service={Uri.EscapeDataString(parse.GetValue(name)!)}&timeHorizon={Uri.EscapeDataString(parse.GetValue(horizon)!)}&metric={Uri.EscapeDataString(parse.GetValue(metric)!)}";
            var view = await client.GetAsync<JsonElement>(Service, path, ct);
            if (json) cli.Output.Json(view);
            else WritePrediction(cli, view);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<string?> Name() => new("name") { Description = "The application; without it all of them", Arity = ArgumentArity.ZeroOrOne };

    private static void WriteDashboard(Cli cli, JsonElement dashboard)
    {
        WriteHealth(cli, dashboard.GetProperty("health"));
        var applications = dashboard.GetProperty("applications");
        if (applications.GetArrayLength() == 0)
        {
            cli.Output.Standard.WriteLine("Nothing is deployed.");
            return;
        }

        var table = Tables.Plain().AddColumns("application", "mode", "now", "wanted", "limits", "why");
        foreach (var a in applications.EnumerateArray())
        {
            table.AddRow(
                Markup.Escape(Text(a, "application")), Text(a, "mode"), $"{a.GetProperty("current").GetInt32()}", $"{a.GetProperty("desired").GetInt32()}",
                $"{a.GetProperty("min").GetInt32()}–{a.GetProperty("max").GetInt32()}", Markup.Escape(Text(a, "reason")));
        }

        cli.Output.Console.Write(table);
    }

    private static void WriteHealth(Cli cli, JsonElement health)
    {
        var history = health.GetProperty("history");
        cli.Output.Standard.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Text(health, "status")}: {(health.GetProperty("decides").GetBoolean() ? "decides" : "another instance decides")} for {health.GetProperty("applications").GetInt32()} applications, {health.GetProperty("forecasts").GetInt32()} with a forecast; history of {history.GetProperty("bytes").GetInt64() / 1024.0:0} KiB up to {history.GetProperty("through").GetDateTimeOffset():HH:mm} UTC."));
        foreach (var waiting in health.GetProperty("waitingFor").EnumerateArray()) cli.Output.Standard.WriteLine($"  waits: {waiting.GetString()}");
        var faults = health.GetProperty("sampleFaults").EnumerateObject().Where(fault => fault.Value.GetInt64() > 0).ToList();
        if (faults.Count > 0) cli.Output.Standard.WriteLine($"  wrong measurements since the start: {string.Join(", ", faults.Select(fault => $"{fault.Value.GetInt64()} {fault.Name}"))}");
    }

    private static void WriteDecision(Cli cli, JsonElement item)
    {
        var decision = item.GetProperty("decision");
        cli.Output.Standard.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{decision.GetProperty("at").GetDateTimeOffset():yyyy-MM-dd HH:mm:ss}  {Text(item, "application")}  {decision.GetProperty("current").GetInt32()} → {decision.GetProperty("desired").GetInt32()} ({Text(decision, "outcome")})  {Text(decision, "reason")}"));
    }

    private static void WritePrediction(Cli cli, JsonElement view)
    {
        var steps = view.GetProperty("forecast");
        if (steps.GetArrayLength() == 0)
        {
            cli.Output.Standard.WriteLine("There is nothing to forecast from yet.");
            return;
        }

        var table = Tables.Plain().AddColumns("UTC", "5 %", "25 %", "median", "75 %", "95 %", "99 %");
        foreach (var step in steps.EnumerateArray())
        {
            table.AddRow([step.GetProperty("at").GetDateTimeOffset().ToString("MM-dd HH:mm", CultureInfo.InvariantCulture), .. new[] { "p05", "p25", "p50", "p75", "p95", "p99" }.Select(p => step.GetProperty(p).GetDouble().ToString("0.###", CultureInfo.InvariantCulture))]);
        }

        cli.Output.Console.Write(table);
        cli.Output.Standard.WriteLine($"Carried by {string.Join(", ", view.GetProperty("models").EnumerateArray().Select(m => string.Create(CultureInfo.InvariantCulture, $"{Text(m, "name")} ({m.GetProperty("weight").GetDouble():0 %})")))}; from {view.GetProperty("knownMinutes").GetInt32()} minutes.");
    }

    private static string Text(JsonElement element, string member) => element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform report NAME</c></summary>
internal static class ReportCommand
{
    public static Command Create(Cli cli)
    {
        var name = new Argument<string>("name") { Description = "summary, scaling, health, performance or cost" };
        name.AcceptOnlyFromAmong("summary", "scaling", "health", "performance", "cost");
        var period = new Option<string>("--period") { Description = "The last day (daily), 7 days (weekly, the default) or 30 days (monthly)", DefaultValueFactory = _ => "weekly" };
        period.AcceptOnlyFromAmong("daily", "weekly", "monthly");
        var format = new Option<string?>("--format") { Description = "Write csv or html instead of a table" };
        format.AcceptOnlyFromAmong("csv", "html");
        var command = new DocumentedCommand("report", "What the deployment service knows of the last day, week or month",
            "platform report summary", "platform report cost --period monthly --format csv > cost.csv") { name, period, format };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var path = ServiceRoutes.Report(parse.GetValue(name)!, parse.GetValue(period)!);
            if (parse.GetValue(format) is { } text && !json)
            {
                await foreach (var line in client.LinesAsync("deployment", $"{path}&format={text}", ct)) cli.Output.Standard.WriteLine(line);
                return ExitCode.Ok;
            }

            var report = await client.GetAsync<JsonElement>("deployment", path, ct);
            if (json)
            {
                cli.Output.Json(report);
                return ExitCode.Ok;
            }

            if (report.GetProperty("rows").GetArrayLength() > 0) cli.Output.Console.Write(JsonTable.Of(report.GetProperty("rows")));
            else cli.Output.Standard.WriteLine("Nothing ran and nothing changed in this time.");
            foreach (var sentence in report.GetProperty("notKnown").EnumerateArray()) cli.Output.Error.WriteLine($"Not in this report: {sentence.GetString()}");
            return ExitCode.Ok;
        });
        return command;
    }
}

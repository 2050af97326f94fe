using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform cost</c> and <c>platform recommendations</c></summary>
internal static class CostCommands
{
    public static Command Cost(Cli cli) => Create(
        cli, "cost", "Show what applications cost, what of it was for nothing, and what would cost less", ServiceRoutes.CostAnalysis, CostText.Write, "platform cost", "platform cost shop --json");

    public static Command Recommendations(Cli cli) => Create(
        cli, "recommendations", "Show how many replicas the autoscaler recommends; of one application also its size, a schedule and a commitment", ServiceRoutes.Recommendations, CostText.WriteRecommendation,
        "platform recommendations", "platform recommendations shop --json");

    private static DocumentedCommand Create(Cli cli, string name, string summary, Func<string?, string> path, Action<TextWriter, JsonElement> write, params string[] examples)
    {
        var application = new Argument<string?>("name") { Description = "The application; without it all of them", Arity = ArgumentArity.ZeroOrOne };
        var command = new DocumentedCommand(name, summary, examples) { application };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var page = await client.GetAsync<JsonElement>("autoscaler", path(parse.GetValue(application)), ct);
            var items = page.GetProperty("items");
            if (json) cli.Output.Json(page);
            else if (items.GetArrayLength() == 0) cli.Output.Standard.WriteLine("Nothing is deployed.");
            else foreach (var item in items.EnumerateArray()) write(cli.Output.Standard, item);
            return ExitCode.Ok;
        });
        return command;
    }
}

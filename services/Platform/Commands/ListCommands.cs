using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary>Lists of the deployment service that are shown as they are: a command, its path, a table.</summary>
internal static class ListCommands
{
    private static readonly (string Name, string Summary, string Path, string Empty, bool Paged)[] All =
    [
        ("rollouts", "List rollouts, newest first", "/api/deployment/deployments", "Nothing was deployed yet.", true),
        ("scalings", "List what was scaled or refused, newest first", "/api/deployment/scaling/history", "Nothing was scaled yet.", true),
        ("health", "Show whether applications have the replicas they should have", "/api/deployment/health", "Nothing is deployed.", false),
        ("metrics", "Show requests, errors and latencies of each revision over the last minute", "/api/deployment/metrics", "Nothing is deployed.", false),
    ];

    public static Command[] Create(Cli cli) => [.. All.Select(list => Create(cli, list.Name, list.Summary, list.Path, list.Empty, list.Paged)), Audit(cli)];

    private static Command Create(Cli cli, string name, string summary, string path, string empty, bool paged)
    {
        var application = new Argument<string?>("name") { Description = "The application; without it all of them", Arity = ArgumentArity.ZeroOrOne };
        var limit = Limit();
        var command = new DocumentedCommand(name, summary, $"platform {name}", $"platform {name} storefront") { application };
        if (paged) command.Options.Add(limit);
        cli.RunAgainstPlatform(command, (parse, client, json, ct) => ShowAsync(
            cli, client, json, path + "?" + string.Join('&', new[] { parse.GetValue(application) is { } one ? $"application={Uri.EscapeDataString(one)}" : "", paged ? $"limit={parse.GetValue(limit)}" : "" }.Where(p => p.Length > 0)), empty, ct));
        return command;
    }

    private static DocumentedCommand Audit(Cli cli)
    {
        var limit = Limit();
        var command = new DocumentedCommand("audit", "List who changed what in the deployment service, and why, newest first", "platform audit", "platform audit --limit 5 --json") { limit };
        cli.RunAgainstPlatform(command, (parse, client, json, ct) => ShowAsync(cli, client, json, $"/api/deployment/audit?limit={parse.GetValue(limit)}", "Nothing was changed yet.", ct));
        return command;
    }

    private static Option<int> Limit() => new("--limit") { Description = "At most so many", DefaultValueFactory = _ => 20 };

    private static async Task<int> ShowAsync(Cli cli, PlatformClient client, bool json, string path, string empty, CancellationToken ct)
    {
        var page = await client.GetAsync<JsonElement>("deployment", path.TrimEnd('?'), ct);
        var items = page.GetProperty("items");
        if (json) cli.Output.Json(page);
        else if (items.GetArrayLength() == 0) cli.Output.Standard.WriteLine(empty);
        else cli.Output.Console.Write(JsonTable.Of(items));
        return ExitCode.Ok;
    }
}

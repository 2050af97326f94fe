using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;
using Platform.Workloads.Manifests;
using Spectre.Console;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform environments [show|set|versions]</c> and <c>platform promote-to ENVIRONMENT NAME</c></summary>
internal static class EnvironmentCommands
{
    public static Command Environments(Cli cli)
    {
        var command = new DocumentedCommand("environments", "List the environments and what holds in them; change one",
            "platform environments", "platform environments show production", "platform environments set production production.json --reason \"two people per release\"") { Show(cli), Set(cli), Versions(cli) };
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.Environments, ct);
            if (json) cli.Output.Json(answer);
            else cli.Output.Console.Write(Overview(answer));
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command PromoteTo(Cli cli)
    {
        var to = Environment();
        var name = new Argument<string>("name") { Description = "The application, by the name in its manifest" };
        var from = new Option<string?>("--from") { Description = "The environment whose serving revision is promoted. Default: the one before" };
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log" };
        var freeze = new Option<string?>("--override-freeze") { Description = "Begin although the environment is frozen, as an admin; the text says why, for the record" };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the rollout" };
        var command = new DocumentedCommand("promote-to", "Ship the revision that serves in one environment, unchanged, into the next",
            "platform promote-to staging shop", "platform promote-to production shop --from staging") { to, name, from, reason, freeze, detach };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var request = new PromotionRequest { Application = parse.GetValue(name)!, From = parse.GetValue(from), Reason = parse.GetValue(reason), OverrideFreeze = parse.GetValue(freeze) };
            var accepted = await client.PostAsync<Accepted>("deployment", ServiceRoutes.Promotions(parse.GetValue(to)!), request, ct);
            if (parse.GetValue(detach))
            {
                if (json) cli.Output.Json(accepted);
                else cli.Output.Standard.WriteLine(accepted.Message);
                return ExitCode.Ok;
            }

            if (!json) cli.Output.Error.WriteLine($"{accepted.Message} …");
            return RolloutFollower.Finish(cli, await RolloutFollower.FollowAsync(cli, client, accepted.Id, json, ct), json);
        });
        return command;
    }

    private static DocumentedCommand Show(Cli cli)
    {
        var name = Environment();
        var command = new DocumentedCommand("show", "What holds in an environment, as JSON that 'set' takes", "platform environments show staging") { name };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.Environment(parse.GetValue(name)!), ct);
            cli.Output.Json(json ? answer : answer.GetProperty("settings"));
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Set(Cli cli)
    {
        var name = Environment();
        var file = ConfigCommand.FileArgument();
        var reason = new Option<string?>("--reason") { Description = "Why, for the record" };
        var command = new DocumentedCommand("set", "Set what holds in an environment", "platform environments set staging staging.json --reason \"freeze over the holidays\"") { name, file, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var settings = await ConfigCommand.ReadAsync(parse.GetValue(file)!, hint: null, ct);
            var made = await client.PutAsync<JsonElement>("deployment", ServiceRoutes.Environment(parse.GetValue(name)!), new { Settings = settings, Reason = parse.GetValue(reason) }, ct);
            ConfigCommand.WriteVersion(cli, made, json);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Versions(Cli cli)
    {
        var name = Environment();
        var command = new DocumentedCommand("versions", "Who changed an environment, when and why", "platform environments versions production") { name };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.Environment(parse.GetValue(name)!) + "/versions", ct);
            if (json) cli.Output.Json(answer);
            else cli.Output.Console.Write(JsonTable.Of(answer));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<string> Environment()
    {
        var name = new Argument<string>("environment") { Description = string.Join(", ", ManifestReader.Environments) };
        name.AcceptOnlyFromAmong([.. ManifestReader.Environments]);
        return name;
    }

    private static Table Overview(JsonElement environments)
    {
        var table = Tables.Plain().AddColumns("environment", "replicas", "autoscaling", "judge", "approval", "frozen");
        foreach (var environment in environments.EnumerateArray())
        {
            var settings = environment.GetProperty("settings");
            var (replicas, approval) = (settings.GetProperty("replicas"), settings.GetProperty("approval"));
            table.AddRow(
                environment.GetProperty("name").GetString()!,
                $"{replicas.GetProperty("min").GetInt32()}–{replicas.GetProperty("max").GetInt32()}",
                settings.GetProperty("autoscaling").GetBoolean() ? "on" : "off",
                Text(settings, "judge") ?? "by strategy",
                approval.GetProperty("required").GetBoolean() ? $"{Text(approval, "role")}{(approval.GetProperty("fourEyes").GetBoolean() ? ", not the requester" : "")}" : "by manifest",
                Markup.Escape(Text(environment, "frozen") ?? "no"));
        }

        return table;
    }

    private static string? Text(JsonElement element, string member) => element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform autoscaler policies [show|set|validate|versions|rollback|delete]</c></summary>
internal static class PolicyCommands
{
    private const string Service = "autoscaler";
    private const string Policies = "/api/autoscaler/policies";

    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("policies", "List the scaling policies; set, check, compare, return to and delete them",
            "platform autoscaler policies", "platform autoscaler policies set nights nights.json --reason \"nobody buys at night\"") { Show(cli), Set(cli), Validate(cli), Versions(cli), RollBack(cli), Delete(cli) };
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>(Service, Policies, ct);
            if (json) cli.Output.Json(answer);
            else if (answer.GetArrayLength() == 0) cli.Output.Standard.WriteLine("There is no policy: manifests alone say how to scale. 'platform autoscaler policies set NAME FILE' makes one.");
            else foreach (var policy in answer.EnumerateArray()) Write(cli, policy);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Show(Cli cli)
    {
        var name = Name();
        var command = new DocumentedCommand("show", "A policy, as JSON that 'set' takes", "platform autoscaler policies show nights > nights.json") { name };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>(Service, Path(parse.GetValue(name)!), ct);
            cli.Output.Json(json ? answer : answer.GetProperty("policy"));
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Set(Cli cli)
    {
        var (name, file, reason) = (Name(), ConfigCommand.FileArgument(), Reason());
        var version = new Option<long?>("--if-version") { Description = "Refuse it unless the policy is at this version; 0: unless there is none" };
        var command = new DocumentedCommand("set", "Make or change a policy, as its next version", "platform autoscaler policies set nights nights.json --reason \"nobody buys at night\"") { name, file, reason, version };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var body = new { Policy = await ConfigCommand.ReadAsync(parse.GetValue(file)!, hint: null, ct), Reason = parse.GetValue(reason), IfVersion = parse.GetValue(version) };
            var made = await client.PutAsync<JsonElement>(Service, Path(parse.GetValue(name)!), body, ct);
            if (json) cli.Output.Json(made);
            else Write(cli, made);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Validate(Cli cli)
    {
        var file = ConfigCommand.FileArgument();
        var command = new DocumentedCommand("validate", "Check a policy and say what it means; nothing is kept", "platform autoscaler policies validate nights.json") { file };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var verdict = await client.PostAsync<JsonElement>(Service, Policies + "/validation", await ConfigCommand.ReadAsync(parse.GetValue(file)!, hint: null, ct), ct);
            var isValid = verdict.GetProperty("valid").GetBoolean();
            if (json) cli.Output.Json(verdict);
            else if (isValid) foreach (var sentence in verdict.GetProperty("meaning").EnumerateArray()) cli.Output.Standard.WriteLine(sentence.GetString());
            else foreach (var problem in verdict.GetProperty("problems").EnumerateArray()) cli.Output.Error.WriteLine(problem.GetProperty("message").GetString());
            return isValid ? ExitCode.Ok : ExitCode.Usage;
        });
        return command;
    }

    private static DocumentedCommand Versions(Cli cli)
    {
        var name = Name();
        var command = new DocumentedCommand("versions", "Every version of a policy: who, when, why", "platform autoscaler policies versions nights") { name };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>(Service, Path(parse.GetValue(name)!) + "/versions", ct);
            if (json) cli.Output.Json(answer);
            else foreach (var version in answer.GetProperty("items").EnumerateArray()) Write(cli, version);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand RollBack(Cli cli)
    {
        var (name, reason) = (Name(), Reason());
        var version = new Argument<long>("version") { Description = "The version to return to" };
        var command = new DocumentedCommand("rollback", "Return to what a former version said, as a new version", "platform autoscaler policies rollback nights 3") { name, version, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var made = await client.PostAsync<JsonElement>(Service, Path(parse.GetValue(name)!) + "/rollback", new { Version = parse.GetValue(version), Reason = parse.GetValue(reason) }, ct);
            if (json) cli.Output.Json(made);
            else Write(cli, made);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Delete(Cli cli)
    {
        var (name, reason) = (Name(), Reason());
        var command = new DocumentedCommand("delete", "Delete a policy; its versions stay", "platform autoscaler policies delete nights") { name, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            await client.DeleteAsync(Service, Path(parse.GetValue(name)!) + (parse.GetValue(reason) is { } why ? $"?reason={Uri.EscapeDataString(why)}" : ""), ct);
            if (json) cli.Output.Json(new { Deleted = parse.GetValue(name) });
            else cli.Output.Standard.WriteLine($"The policy {parse.GetValue(name)} is gone; manifests alone say how to scale what it was for.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(Cli cli, JsonElement policy)
    {
        cli.Output.Standard.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{policy.GetProperty("name").GetString()}, version {policy.GetProperty("version").GetInt64()}{(policy.GetProperty("deleted").GetBoolean() ? " (deleted)" : "")}, by {policy.GetProperty("by").GetString()} at {policy.GetProperty("at").GetDateTimeOffset():yyyy-MM-dd HH:mm:ss} UTC{(policy.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String ? $": {reason.GetString()}" : "")}"));
        foreach (var sentence in policy.GetProperty("meaning").EnumerateArray()) cli.Output.Standard.WriteLine($"  {sentence.GetString()}");
    }

    private static string Path(string name) => $"{Policies}/{Uri.EscapeDataString(name)}";

    private static Argument<string> Name() => new("name") { Description = "The policy" };

    private static Option<string?> Reason() => new("--reason") { Description = "Why, for the record" };
}

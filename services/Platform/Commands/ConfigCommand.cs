using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform config [set|validate|versions|diff|rollback]</c>: what people set while the platform runs.</summary>
internal static class ConfigCommand
{
    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("config", "Show what is set for deployments; change it, compare versions, return to one",
            "platform config > config.json", "platform config set config.json --reason \"longer rollback window\"", "platform config diff 3", "platform config rollback 3") { Set(cli), Validate(cli), Versions(cli), Diff(cli), RollBack(cli) };
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.Config, ct);
            cli.Output.Json(json ? answer : answer.GetProperty("configuration"));
            return ExitCode.Ok;
        });
        return command;
    }

    private const string Begin = "'platform config > config.json' writes one to begin with.";

    public static Argument<string> FileArgument() => new("file") { Description = "A file with JSON; '-' reads standard input" };

    /// <summary>A file of JSON.</summary>
    /// <param name="file">Its path; <c>-</c>: standard input.</param>
    /// <param name="hint">How to come by one; null: not said.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<JsonElement> ReadAsync(string file, string? hint, CancellationToken ct)
    {
        try
        {
            var text = file == "-" ? await Console.In.ReadToEndAsync(ct) : await File.ReadAllTextAsync(file, ct);
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Usage, $"{file} cannot be read: {unreadable.Message}", hint);
        }
        catch (JsonException wrong)
        {
            throw new CommandFailure(ExitCode.Usage, $"{file} is not JSON: {wrong.Message}");
        }
    }

    public static void WriteVersion(Cli cli, JsonElement made, bool json)
    {
        if (json) cli.Output.Json(made);
        else cli.Output.Standard.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The configuration is at version {made.GetProperty("version").GetInt64()}."));
    }

    private static DocumentedCommand Set(Cli cli)
    {
        var (file, reason) = (FileArgument(), Reason());
        var command = new DocumentedCommand("set", "Set all of it, as the next version", "platform config set config.json --reason \"longer rollback window\"") { file, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var made = await client.PutAsync<JsonElement>("deployment", ServiceRoutes.Config, new { Configuration = await ReadAsync(parse.GetValue(file)!, Begin, ct), Reason = parse.GetValue(reason) }, ct);
            WriteVersion(cli, made, json);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Validate(Cli cli)
    {
        var file = FileArgument();
        var command = new DocumentedCommand("validate", "Check a configuration and say what it would change; nothing is kept", "platform config validate config.json") { file };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var verdict = await client.PostAsync<JsonElement>("deployment", ServiceRoutes.Config + "/validation", await ReadAsync(parse.GetValue(file)!, Begin, ct), ct);
            var valid = verdict.GetProperty("valid").GetBoolean();
            if (json) cli.Output.Json(verdict);
            else if (valid) WriteChanges(cli, verdict.GetProperty("changes"));
            else foreach (var problem in verdict.GetProperty("problems").EnumerateArray()) cli.Output.Error.WriteLine(problem.GetProperty("message").GetString());
            return valid ? ExitCode.Ok : ExitCode.Usage;
        });
        return command;
    }

    private static DocumentedCommand Versions(Cli cli)
    {
        var command = new DocumentedCommand("versions", "Every version: who, when, why", "platform config versions");
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.Config + "/versions", ct);
            if (json) cli.Output.Json(answer);
            else cli.Output.Console.Write(JsonTable.Of(answer.GetProperty("items")));
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Diff(Cli cli)
    {
        var from = new Argument<long>("from") { Description = "A version; 0 is what is built in" };
        var to = new Argument<long?>("to") { Description = "Another version. Default: the present one", Arity = ArgumentArity.ZeroOrOne };
        var command = new DocumentedCommand("diff", "What two versions differ in", "platform config diff 0", "platform config diff 3 4") { from, to };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var changes = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.ConfigDiff(parse.GetValue(from), parse.GetValue(to)), ct);
            if (json) cli.Output.Json(changes);
            else WriteChanges(cli, changes);
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand RollBack(Cli cli)
    {
        var version = new Argument<long>("version") { Description = "The version to return to" };
        var reason = Reason();
        var command = new DocumentedCommand("rollback", "Make what an earlier version said the next version", "platform config rollback 3") { version, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var made = await client.PostAsync<JsonElement>("deployment", ServiceRoutes.Config + "/rollback", new { Version = parse.GetValue(version), Reason = parse.GetValue(reason) }, ct);
            WriteVersion(cli, made, json);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string?> Reason() => new("--reason") { Description = "Why, for the record" };

    private static void WriteChanges(Cli cli, JsonElement changes)
    {
        if (changes.GetArrayLength() == 0) cli.Output.Standard.WriteLine("Nothing differs.");
        foreach (var change in changes.EnumerateArray()) cli.Output.Standard.WriteLine($"{change.GetProperty("path").GetString()}: {Side(change, "from")} → {Side(change, "to")}");
    }

    private static string Side(JsonElement change, string member) => change.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "nothing";
}

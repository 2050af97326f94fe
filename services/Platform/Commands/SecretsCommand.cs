using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform secrets [set|delete|rotate]</c>. A value comes from standard input, never from an argument, which every process of the machine may read.</summary>
internal static class SecretsCommand
{
    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("secrets", "List the secrets' names and versions; set, delete and re-encrypt them",
            "platform secrets", "platform secrets set shop-db < password.txt", "platform secrets delete shop-db", "platform secrets rotate") { List(cli), Set(cli), Delete(cli), Rotate(cli) };
        cli.RunAgainstPlatform(command, (_, client, json, ct) => ListAsync(cli, client, json, ct));
        return command;
    }

    private static DocumentedCommand List(Cli cli)
    {
        var command = new DocumentedCommand("list", "Names, versions and times; values are never shown", "platform secrets list");
        cli.RunAgainstPlatform(command, (_, client, json, ct) => ListAsync(cli, client, json, ct));
        return command;
    }

    private static async Task<int> ListAsync(Cli cli, PlatformClient client, bool json, CancellationToken ct)
    {
        var answer = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.Secrets, ct);
        if (json) cli.Output.Json(answer);
        else if (answer.GetProperty("items").GetArrayLength() == 0) cli.Output.Standard.WriteLine("No secret is set. 'platform secrets set NAME' sets one.");
        else cli.Output.Console.Write(JsonTable.Of(answer.GetProperty("items")));
        return ExitCode.Ok;
    }

    private static DocumentedCommand Set(Cli cli)
    {
        var name = Name();
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log" };
        var command = new DocumentedCommand("set", "Set a secret to what standard input holds; a last line break is left out", "platform secrets set shop-db < password.txt") { name, reason };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var value = await Console.In.ReadToEndAsync(ct);
            if (value.EndsWith('\n')) value = value[..^1];
            if (value.EndsWith('\r')) value = value[..^1];
            if (value.Length == 0)
                throw new CommandFailure(ExitCode.Usage, "Standard input holds no value.", $"For example: platform secrets set {parse.GetValue(name)} < file");
            var set = await client.PutAsync<JsonElement>("deployment", ServiceRoutes.Secret(parse.GetValue(name)!), new { Value = value, Reason = parse.GetValue(reason) }, ct);
            if (json) cli.Output.Json(set);
            else cli.Output.Standard.WriteLine($"{parse.GetValue(name)} is at version {set.GetProperty("version").GetInt64()}. Replicas that are started from now on get it.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Delete(Cli cli)
    {
        var name = Name();
        var command = new DocumentedCommand("delete", "Forget a secret; replicas that refer to it do not start any more", "platform secrets delete shop-db") { name };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            await client.DeleteAsync("deployment", ServiceRoutes.Secret(parse.GetValue(name)!), ct);
            if (json) cli.Output.Json(new { Deleted = parse.GetValue(name) });
            else cli.Output.Standard.WriteLine($"The secret {parse.GetValue(name)} is gone.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Rotate(Cli cli)
    {
        var command = new DocumentedCommand("rotate", "Encrypt every secret with a new data key; values and versions stay", "platform secrets rotate");
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var rotated = await client.PostAsync<JsonElement>("deployment", ServiceRoutes.Secret("rotate"), null, ct);
            if (json) cli.Output.Json(rotated);
            else cli.Output.Standard.WriteLine($"{rotated.GetProperty("count").GetInt32()} secret(s) were encrypted with a new key.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "The secret's name; a manifest refers to it as secret://NAME" };
}

using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform keys</c>, <c>platform keys create</c>, <c>platform keys revoke</c></summary>
internal static class KeysCommand
{
    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("keys", "List the keys and their roles; create and revoke them",
            "platform keys", "platform keys create alice --role operator", "platform keys revoke KEY-ID") { CreateKey(cli), Revoke(cli) };
        cli.RunAgainstPlatform(command, async (_, client, json, ct) =>
        {
            var answer = await client.GetAsync<JsonElement>("deployment", ServiceRoutes.Keys, ct);
            if (json) cli.Output.Json(answer);
            else cli.Output.Console.Write(JsonTable.Of(answer.GetProperty("items")));
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand CreateKey(Cli cli)
    {
        var name = new Argument<string>("name") { Description = "Whose it is; appears in the audit log" };
        var role = new Option<string>("--role") { Description = "viewer (reads), operator (changes) or admin (configures)", Required = true };
        role.AcceptOnlyFromAmong("viewer", "operator", "admin");
        var command = new DocumentedCommand("create", "Make a key; it is shown this once", "platform keys create alice --role operator") { name, role };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var created = await client.PostAsync<JsonElement>("deployment", ServiceRoutes.Keys, new { Name = parse.GetValue(name), Role = parse.GetValue(role) }, ct);
            if (json) cli.Output.Json(created);
            else cli.Output.Standard.WriteLine(created.GetProperty("key").GetString());
            return ExitCode.Ok;
        });
        return command;
    }

    private static DocumentedCommand Revoke(Cli cli)
    {
        var id = new Argument<string>("id") { Description = "The key's id, as 'platform keys' lists it" };
        var command = new DocumentedCommand("revoke", "Revoke a key", "platform keys revoke KEY-ID") { id };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            await client.DeleteAsync($"deployment", $"{ServiceRoutes.Keys}/{Uri.EscapeDataString(parse.GetValue(id)!)}", ct);
            if (json) cli.Output.Json(new { Revoked = parse.GetValue(id) });
            else cli.Output.Standard.WriteLine($"Key {parse.GetValue(id)} is revoked.");
            return ExitCode.Ok;
        });
        return command;
    }
}

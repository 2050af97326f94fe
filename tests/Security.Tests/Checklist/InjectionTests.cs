using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Platform.Security.Tests.Malformed;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>SQL in every text that any endpoint takes, as the services' own descriptions list them: it stays text.</summary>
public sealed class InjectionTests
{
    private static readonly string[] Statements =
    [
        "'; DROP TABLE webhooks; --", "x' OR '1'='1", "\"; DELETE FROM applications; --", "x'); UPDATE rules SET rule = ''; --", "1; ATTACH DATABASE '/tmp/x' AS x", "@id", ":name", "$1", "x' UNION SELECT secret FROM webhooks --",
    ];

    [Fact]
    public async Task SqlInAnyText_ChangesNothing_AndNoTableIsLost()
    {
        await using var platform = await WholePlatform.StartAsync();
        await platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "kept", url = "https://example.org/hook", secret = "0123456789abcdef", enabled = false });
        var (tables, state) = (Tables(platform.Data), await Snapshot.TakeAsync(platform));
        var texts = 0;
        foreach (var (module, method, path, operation, schemas) in await OperationsAsync(platform))
        {
            foreach (var statement in Statements)
            {
                foreach (var (target, body) in Requests(path, operation, schemas, statement))
                {
                    texts++;
                    using var request = new HttpRequestMessage(method, target);
                    if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                    using var answer = await platform.Admin(module).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                    Assert.True((int)answer.StatusCode < 500, $"{method} {module}{target} {body}: {answer.StatusCode}");
                    if (answer.StatusCode == HttpStatusCode.Created) await platform.SendAsync(module, HttpMethod.Delete, answer.Headers.Location!.ToString());
                }
            }
        }

        Assert.True(texts > 400, $"only {texts} texts were tried");
        Assert.Equal(tables, Tables(platform.Data));
        var after = await Snapshot.TakeAsync(platform);
        Assert.Equal(state.Where(s => !s.Key.EndsWith("/audit", StringComparison.Ordinal)), after.Where(s => !s.Key.EndsWith("/audit", StringComparison.Ordinal)));
    }

    private static async Task<IReadOnlyList<(string Module, HttpMethod Method, string Path, JsonElement Operation, JsonElement Schemas)>> OperationsAsync(WholePlatform platform)
    {
        var found = new List<(string, HttpMethod, string, JsonElement, JsonElement)>();
        foreach (var service in WholePlatform.Services)
        {
            var description = await platform.GetAsync(service.Name, "/openapi/v1.json");
            var schemas = description.TryGetProperty("components", out var components) && components.TryGetProperty("schemas", out var s) ? s : default;
            foreach (var path in description.GetProperty("paths").EnumerateObject())
            {
                foreach (var operation in path.Value.EnumerateObject().Where(_ => !path.Name.EndsWith("/stream", StringComparison.Ordinal)))
                {
                    found.Add((service.Name, new HttpMethod(operation.Name.ToUpperInvariant()), path.Name, operation.Value, schemas));
                }
            }
        }

        return found;
    }

    /// <summary>One request for each text of an operation: each path or query parameter, each member of its body.</summary>
    private static IEnumerable<(string Target, string? Body)> Requests(string path, JsonElement operation, JsonElement schemas, string statement)
    {
        var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
        var plain = System.Text.RegularExpressions.Regex.Replace(path, @"\{\*{0,2}(\w+)\}", "none-such");
        var body = Body(operation, schemas);
        foreach (var parameter in parameters)
        {
            var (name, place) = (parameter.GetProperty("name").GetString()!, parameter.GetProperty("in").GetString());
            if (place == "query") yield return ($"{plain}?{name}={Uri.EscapeDataString(statement)}", body?.ToJsonString());
            if (place == "path") yield return (System.Text.RegularExpressions.Regex.Replace(path.Replace($"{{{name}}}", Uri.EscapeDataString(statement), StringComparison.Ordinal), @"\{\*{0,2}(\w+)\}", "none-such"), body?.ToJsonString());
        }

        foreach (var member in body?.Select(m => m.Key).ToList() ?? [])
        {
            var changed = (JsonObject)body!.DeepClone();
            changed[member] = statement;
            yield return (plain, changed.ToJsonString());
        }
    }

    /// <summary>A body with something in every member; null: it takes none.</summary>
    private static JsonObject? Body(JsonElement operation, JsonElement schemas)
    {
        if (!operation.TryGetProperty("requestBody", out var request) || !request.GetProperty("content").TryGetProperty("application/json", out var json)) return null;
        var schema = json.GetProperty("schema");
        if (schema.TryGetProperty("oneOf", out var oneOf)) schema = oneOf.EnumerateArray().First(o => o.TryGetProperty("$ref", out _));
        if (schema.TryGetProperty("$ref", out var reference)) schema = schemas.GetProperty(reference.GetString()!.Split('/')[^1]);
        var body = new JsonObject();
        if (!schema.TryGetProperty("properties", out var properties)) return body;
        foreach (var property in properties.EnumerateObject()) body[property.Name] = property.Name is "replicas" ? 1 : property.Name is "types" or "applications" ? new JsonArray() : "none-such";
        return body;
    }

    /// <summary>Every table of every database, with its columns.</summary>
    private static IReadOnlyList<string> Tables(string data)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(data, "*.db").Order())
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY name";
            using var reader = command.ExecuteReader();
            while (reader.Read()) found.Add($"{Path.GetFileName(file)}: {reader.GetString(0)}");
        }

        Assert.True(found.Count > 20, $"only {found.Count} tables");
        return found;
    }
}

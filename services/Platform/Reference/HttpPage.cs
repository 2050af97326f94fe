using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Platform.Hosting;

namespace Platform.CommandLine.Reference;

/// <summary>The HTTP APIs, from the OpenAPI document and the access rules of services that really run.</summary>
internal static partial class HttpPage
{
    public static async Task<string> WriteAsync(IReadOnlyList<ServiceModule> modules, CancellationToken ct)
    {
        var page = new Markdown("HTTP", "the services' OpenAPI documents and access rules");
        page.Paragraph("Every service answers on a control port of its own, on the loopback interface unless told otherwise. Show a key as `Authorization: Bearer KEY` " +
            "([keys and roles](../how-to/keys-and-roles.md)). The same as a machine reads it: `GET /openapi/v1.json` on every port.");
        page.Paragraph("JSON members are camelCase; unknown ones are refused. Durations are written `5m` or `00:05:00`. " +
            "Lists take `limit` and `after`, and answer `items` and `next`. Long work answers 202 with the `location` to follow.");
        var folder = Directory.CreateTempSubdirectory("platform-docs-");
        try
        {
            await using var app = ServiceHost.Build(
                [$"--Data={folder.FullName}", "--Log:Level=Fatal", .. modules.Select(m => $"--Ports:{m.Name}=0"), "--Ports:traffic=0"], modules);
            await app.StartAsync(ct);
            var rules = EndpointAudit.List(app.Services);
            var documents = new Dictionary<string, OpenApiDocument>();
            foreach (var module in modules)
                documents[module.Name] = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(module.Name).GetOpenApiDocumentAsync(ct);
            Write(page, modules, documents, rules);
            await app.StopAsync(ct);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return page.ToString();
    }

    private static void Write(Markdown page, IReadOnlyList<ServiceModule> modules, Dictionary<string, OpenApiDocument> documents, IReadOnlyList<EndpointRule> rules)
    {
        Problems(page, documents.Values.First());
        var all = modules.Select(m => (m.Name, Operations: Operations(documents[m.Name]).ToList())).ToList();
        var everywhere = all[0].Operations.Select(Id).Where(id => all.All(m => m.Operations.Any(o => Id(o) == id))).ToHashSet(StringComparer.Ordinal);
        page.Heading(2, "On every control port").Table(Columns, all[0].Operations.Where(o => everywhere.Contains(Id(o))).Select(o => Row(all[0].Name, o, rules)));
        foreach (var module in modules)
        {
            var own = all.Single(m => m.Name == module.Name).Operations.Where(o => !everywhere.Contains(Id(o))).ToList();
            page.Heading(2, string.Create(CultureInfo.InvariantCulture, $"{module.Name} (port {module.Port})")).Table(Columns, own.Select(o => Row(module.Name, o, rules)));
        }

        Bodies(page, documents);
    }

    private static readonly string[] Columns = ["", "role", "", "takes", "answers"];

    /// <summary>What goes wrong is told the same way everywhere.</summary>
    private static void Problems(Markdown page, OpenApiDocument document)
    {
        var answers = Operations(document).SelectMany(o => o.Operation.Responses ?? []).Where(r => r.Key[0] is '4' or '5')
            .GroupBy(r => r.Key).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new[] { Markdown.Code(g.Key), g.First().Value.Description ?? "" });
        page.Heading(2, "Problems")
            .Paragraph("Errors are problem details (RFC 9457): a stable `type` (`https://platform.dev/problems/…`), a `title`, a `detail` that says what to do, and, when a field is wrong, " +
                "`errors`: a list of `{ path, expected, found, message, line }`, all of them at once.")
            .Table(["status", ""], answers);
    }

    private static string[] Row(string module, (string Path, HttpMethod Method, OpenApiOperation Operation) o, IReadOnlyList<EndpointRule> rules) =>
    [
        Markdown.Code($"{o.Method} {o.Path}"),
        Role(rules.FirstOrDefault(r => r.Module == module && Constraint().Replace(r.Path, "}").TrimEnd('/') == o.Path.TrimEnd('/') && r.Methods.Contains(o.Method.Method))),
        o.Operation.Summary ?? "",
        string.Join(", ", (o.Operation.Parameters ?? []).Where(p => p.In == ParameterLocation.Query).Select(p => Markdown.Code("?" + p.Name)).Concat(Content(o.Operation.RequestBody?.Content))),
        string.Join("; ", (o.Operation.Responses ?? []).Where(r => r.Key[0] == '2').Select(r => string.Join(' ', Content(r.Value.Content).Prepend(r.Key)))),
    ];

    private static string Role(EndpointRule? rule) => rule switch
    {
        null => "",
        { OpenBecause: not null } => "none",
        { Policies: var policies } => policies.Contains(Roles.Admin) ? Roles.Admin : policies.Contains(Roles.Operator) ? Roles.Operator : policies.Contains(Roles.Viewer) ? Roles.Viewer : "viewer, or none from this machine",
    };

    private static IEnumerable<string> Content(IDictionary<string, OpenApiMediaType>? content) =>
        (content ?? new Dictionary<string, OpenApiMediaType>()).Values.Select(c => TypeName(c.Schema)).Where(t => t.Length > 0).Distinct();

    /// <summary>The bodies that endpoints take and give, member by member.</summary>
    private static void Bodies(Markdown page, Dictionary<string, OpenApiDocument> documents)
    {
        var schemas = documents.Values.SelectMany(d => d.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>()).Where(s => s.Value.Properties is { Count: > 0 })
            .GroupBy(s => s.Key).OrderBy(g => g.Key, StringComparer.Ordinal);
        page.Heading(2, "Bodies");
        foreach (var schema in schemas)
        {
            var body = schema.First().Value;
            page.Heading(3, schema.Key).Table(["member", "type", ""], body.Properties!.Select(p => new[]
            {
                Markdown.Code(p.Key), TypeName(p.Value), body.Required?.Contains(p.Key) == true ? "required" : "",
            }));
        }
    }

    private static string TypeName(IOpenApiSchema? schema) => schema switch
    {
        null => "",
        OpenApiSchemaReference { Enum: { Count: > 0 } names } => "one of " + string.Join(", ", names.Select(n => Markdown.Code(n.ToString()))),
        OpenApiSchemaReference { Properties: not { Count: > 0 } } => "any JSON",
        OpenApiSchemaReference reference => $"[{reference.Reference.Id}](#{reference.Reference.Id?.ToLowerInvariant()})",
        { OneOf: { Count: > 0 } options } => string.Join(" or ", options.Select(TypeName).Where(t => t.Length > 0)),
        { Items: { } items } => $"list of {TypeName(items)}",
        { AdditionalProperties: { } values } => $"map of {TypeName(values)}",
        { Type: { } type } => string.Join(" or ", Enum.GetValues<JsonSchemaType>().Where(t => t != 0 && type.HasFlag(t)).Select(t => JsonSchemaTypeName(t))),
        _ => "",
    };

    private static string JsonSchemaTypeName(JsonSchemaType type) => type switch
    {
        JsonSchemaType.String => "text",
        JsonSchemaType.Integer => "whole number",
        JsonSchemaType.Number => "number",
        JsonSchemaType.Boolean => "true or false",
        JsonSchemaType.Array => "list",
        JsonSchemaType.Null => "null",
        _ => "object",
    };

    private static string Id((string Path, HttpMethod Method, OpenApiOperation Operation) operation) => $"{operation.Method} {operation.Path}";

    private static IEnumerable<(string Path, HttpMethod Method, OpenApiOperation Operation)> Operations(OpenApiDocument document) =>
        document.Paths.OrderBy(p => p.Key, StringComparer.Ordinal)
            .SelectMany(p => (p.Value.Operations ?? []).OrderBy(o => o.Key.Method, StringComparer.Ordinal).Select(o => (p.Key, o.Key, o.Value)));

    /// <summary>The constraint of a route parameter, <c>{id:guid}</c>.</summary>
    [GeneratedRegex(@":[^}]*\}|\?\}")]
    private static partial Regex Constraint();
}

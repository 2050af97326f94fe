using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using YamlDotNet.RepresentationModel;

namespace Platform.Testing.Kubernetes;

/// <summary>
/// A Kubernetes API server for tests, strict: what the API's documentation does not allow is refused. It is asked over TLS, with a token or a
/// certificate, by the platform's own client and by the distribution's kubectl.
/// https://kubernetes.io/docs/reference/using-api/api-concepts/
/// </summary>
internal sealed class ApiServer(ObjectStore store, ApiObjects objects, Accounts accounts, ClusterCertificates certificates) : IAsyncDisposable
{
    private readonly Watches _watches = new(store);
    private WebApplication? _application;
    private int _port;

    /// <summary>What the kubelet answers: a pod's log, its figures.</summary>
    public INode? Node { get; set; }

    /// <summary>Refuses what it gives an error for: verb, kind, name.</summary>
    public Func<string, string, string, ApiError?>? Refuse { get; set; }

    public Uri Address => new($"https://127.0.0.1:{_port}");

    public TimeSpan BookmarkInterval { set => _watches.BookmarkInterval = value; }

    /// <summary>When a bookmark has told so new a version.</summary>
    public async Task BookmarkedAsync(long version, CancellationToken ct)
    {
        while (_watches.Bookmarked < version) await Task.Delay(20, ct);
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 3 << 20;
            kestrel.Listen(IPAddress.Loopback, _port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificates.Server(),
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                    ClientCertificateValidation = (certificate, _, _) => certificates.Signed(certificate),
                });
            });
        });
        builder.WebHost.UseShutdownTimeout(TimeSpan.FromMilliseconds(100));
        _application = builder.Build();
        _application.Run(HandleAsync);
        await _application.StartAsync();
        _port = new Uri(_application.Urls.First()).Port;
    }

    /// <summary>As a crash would, for who asks: connections end, nothing answers. What it knows stays, as in etcd.</summary>
    public async Task StopAsync()
    {
        if (_application is null) return;
        await _application.StopAsync();
        await _application.DisposeAsync();
        _application = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task HandleAsync(HttpContext context)
    {
        try
        {
            var account = Who(context) ?? throw new ApiError(401, "Unauthorized", "Unauthorized");
            var path = context.Request.Path.Value!.Trim('/');
            if (Discovery.Find(path) is { } document)
            {
                await JsonAsync(context, 200, document);
                return;
            }

            await ResourceAsync(context, account, path);
        }
        catch (ApiError error)
        {
            await JsonAsync(context, error.Code, error.Status);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or YamlDotNet.Core.YamlException)
        {
            await JsonAsync(context, 400, ApiError.BadRequest($"the object provided is unrecognized: {error.Message}").Status);
        }
    }

    private Account? Who(HttpContext context)
    {
        if (context.Connection.ClientCertificate is { } certificate) return new Account(certificate.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, false), null);
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.Ordinal) ? accounts.Of(header[7..]) : null;
    }

    private async Task ResourceAsync(HttpContext context, Account account, string path)
    {
        if (Target.Parse(path) is not { } target) throw new ApiError(404, "NotFound", "the server could not find the requested resource");
        var (request, ct) = (context.Request, context.RequestAborted);
        var isWatch = request.Query["watch"].ToString() is "1" or "true";
        var verb = (request.Method, target.Name) switch
        {
            ("GET", null) when isWatch => "watch",
            ("GET", null) => "list",
            ("GET", _) => "get",
            ("POST", null) => "create",
            ("PUT", not null) => "update",
            ("PATCH", not null) => "patch",
            ("DELETE", not null) => "delete",
            _ => throw new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
        };
        var (kind, place) = (target.Kind, target.Namespace);
        var resource = target.Subresource is null ? kind.Plural : $"{kind.Plural}/{target.Subresource}";
        if (!account.May(place, kind.Group, resource, verb))
            throw new ApiError(403, "Forbidden", $"{kind.Qualified}{(target.Name is null ? "" : $" \"{target.Name}\"")} is forbidden: User \"{account.Name}\" cannot {verb} resource \"{resource}\" in API group \"{kind.Group}\" in the namespace \"{place}\"");
        if (Refuse?.Invoke(verb, kind.Name, target.Name ?? "") is { } refused) throw refused;
        if (kind.Name == "PodMetrics")
        {
            await JsonAsync(context, 200, Node!.Metrics(place!, target.Name!) ?? throw ApiError.NotFound(kind, target.Name!));
            return;
        }

        switch (target.Subresource)
        {
            case "log" when kind.Name == "Pod" && verb == "get":
                objects.Get(kind, place, target.Name!);
                await Node!.LogAsync(context, place!, target.Name!, ct);
                return;
            case "scale" when kind.HasScale:
                await ScaleAsync(context, kind, place, target.Name!, verb);
                return;
            case "status" when verb == "get":
                break;
            case not null:
                throw new ApiError(404, "NotFound", "the server could not find the requested resource");
        }

        var options = OptionsOf(request);
        switch (verb)
        {
            case "watch":
                await _watches.ServeAsync(context, kind, place, Selectors.Of(kind, request.Query["labelSelector"], request.Query["fieldSelector"]));
                break;
            case "list":
                await JsonAsync(context, 200, Listed(context, kind, Lists.Of(store, kind, place, request.Query)));
                break;
            case "get":
                await JsonAsync(context, 200, Listed(context, kind, objects.Get(kind, place, target.Name!)));
                break;
            case "create":
                await JsonAsync(context, 201, objects.Create(kind, place, await BodyAsync(context), options));
                break;
            case "update":
                await JsonAsync(context, 200, objects.Replace(kind, place, target.Name!, await BodyAsync(context), options));
                break;
            case "patch":
                await PatchAsync(context, kind, place, target.Name!, options);
                break;
            case "delete":
                await JsonAsync(context, 200, objects.Delete(kind, place, target.Name!, request.ContentLength is null or 0 ? null : await BodyAsync(context)));
                break;
        }
    }

    private async Task PatchAsync(HttpContext context, Kind kind, string? place, string name, WriteOptions options)
    {
        var type = (context.Request.ContentType ?? "").Split(';')[0].Trim();
        if (type != "application/apply-patch+yaml")
        {
            var patch = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            await JsonAsync(context, 200, objects.Patch(kind, place, name, type, patch!, options));
            return;
        }

        if (context.Request.Query["fieldManager"].ToString() is not { Length: > 0 } manager) throw ApiError.Invalid(kind, name, [new Cause("fieldManager", "FieldValueRequired", "Required value: is required for apply patch")]);
        using var body = new StreamReader(context.Request.Body);
        var (item, isNew) = objects.Apply(kind, place, name, Yaml.Read(await body.ReadToEndAsync(context.RequestAborted)), manager, context.Request.Query["force"] == "true", options);
        await JsonAsync(context, isNew ? 201 : 200, item);
    }

    private async Task ScaleAsync(HttpContext context, Kind kind, string? place, string name, string verb)
    {
        var options = OptionsOf(context.Request);
        var item = objects.Get(kind, place, name);
        if (verb is "patch" or "update")
        {
            var body = await BodyAsync(context);
            if (verb == "patch" && (context.Request.ContentType ?? "").Split(';')[0] is not "application/merge-patch+json") throw new ApiError(415, "UnsupportedMediaType", "the body of the request was in an unknown format");
            item = objects.Patch(kind, place, name, "application/merge-patch+json", new JsonObject { ["spec"] = new JsonObject { ["replicas"] = body["spec"]?["replicas"]?.DeepClone() } }, options);
        }

        await JsonAsync(context, 200, new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = place, ["uid"] = item.UidOf(), ["resourceVersion"] = item.Text("metadata", "resourceVersion"), ["creationTimestamp"] = item.Text("metadata", "creationTimestamp") },
            ["spec"] = new JsonObject { ["replicas"] = item.Number("spec", "replicas") },
            ["status"] = new JsonObject { ["replicas"] = item.Number("status", "replicas") ?? 0, ["selector"] = string.Join(',', item.Texts("spec", "selector", "matchLabels").Select(l => $"{l.Key}={l.Value}")) },
        });
    }

    private static JsonObject Listed(HttpContext context, Kind kind, JsonObject answer) =>
        context.Request.Headers.Accept.ToString().Contains("as=Table", StringComparison.Ordinal) ? Tables.Of(kind, answer) : answer;

    private static WriteOptions OptionsOf(HttpRequest request)
    {
        var (dry, validation) = (request.Query["dryRun"].ToString(), request.Query["fieldValidation"].ToString());
        if (dry is not ("" or "All")) throw ApiError.BadRequest($"Invalid value: \"{dry}\": supported values: \"All\"");
        if (validation is not ("" or "Strict" or "Warn" or "Ignore")) throw ApiError.BadRequest($"Invalid value: \"{validation}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"");
        return new WriteOptions(request.Query["fieldManager"].ToString() is { Length: > 0 } manager ? manager : "unknown", dry == "All", validation == "Strict");
    }

    private static async Task<JsonObject> BodyAsync(HttpContext context)
    {
        var type = (context.Request.ContentType ?? "").Split(';')[0].Trim();
        if (type is not ("application/json" or "application/merge-patch+json")) throw new ApiError(415, "UnsupportedMediaType", $"the body of the request was in an unknown format ({type}) - accepted media types include: application/json, application/yaml");
        return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject ?? throw ApiError.BadRequest("the body is no object");
    }

    private static async Task JsonAsync(HttpContext context, int code, JsonNode document)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        if (code == 429) context.Response.Headers.RetryAfter = "1";
        await context.Response.WriteAsync(document.ToJsonString(), context.RequestAborted);
    }
}

/// <summary>What of a node the API server passes on.</summary>
internal interface INode
{
    Task LogAsync(HttpContext context, string place, string pod, CancellationToken ct);

    JsonObject? Metrics(string place, string pod);
}

/// <summary>What a path means.</summary>
internal sealed record Target(Kind Kind, string? Namespace, string? Name, string? Subresource)
{
    public static Target? Parse(string path)
    {
        var parts = path.Split('/');
        string group, version;
        if (parts is ["api", var v, ..]) (group, version, parts) = ("", v, parts[2..]);
        else if (parts is ["apis", var g, var w, ..]) (group, version, parts) = (g, w, parts[3..]);
        else return null;
        string? place = null;
        if (parts is ["namespaces", var said, var plural, ..]) (place, parts) = (said, parts[2..]);
        if (parts.Length is 0 or > 3) return null;
        var kind = Schema.Kinds.FirstOrDefault(k => k.Group == group && k.Version == version && k.Plural == parts[0]);
        return kind is null ? null : new Target(kind, place, parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2));
    }
}

/// <summary>YAML as JSON.</summary>
internal static class Yaml
{
    public static JsonObject Read(string text)
    {
        if (text.TrimStart().StartsWith('{')) return JsonNode.Parse(text)!.AsObject();
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return Convert(stream.Documents[0].RootNode)!.AsObject();
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Select(m => KeyValuePair.Create(((YamlScalarNode)m.Key).Value!, Convert(m.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Convert)]),
        YamlScalarNode { Style: not YamlDotNet.Core.ScalarStyle.Plain } quoted => quoted.Value,
        YamlScalarNode { Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Value: null or "" or "null" or "~" } => null,
        YamlScalarNode scalar when long.TryParse(scalar.Value, out var number) => number,
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Security.Tests.Endpoints;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Malformed;

/// <summary>10,000 malformed bodies and manifests, then hostile queries and ids: each is answered with a problem report, and nothing changes.</summary>
public sealed class MalformedTests(ITestOutputHelper output)
{
    private const int Bodies = 10_000, AtOnce = 4;

    private static readonly string[] MediaTypes =
    [
        "application/json; charset=utf-16", "application/json; charset=none-such", "application/json; charset=utf-7", "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded", "application/vnd.api+json", "application/yaml; charset=none-such", "text/yaml", "*/*",
    ];

    private static readonly string[] Hostile =
    [
        "'", "' OR '1'='1", "'; DROP TABLE webhooks; --", "\" UNION SELECT * FROM keys --", "%", "_", "..", "../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "C:\\x", "\\\\host\\share", "{{7*7}}", "${jndi:ldap://x}",
        "$(id)", "`id`", "|id", "<script>alert(1)</script>", "\r\nX-Injected: 1", "\0", "a\0b", "\ufeff", "\u202e", "😀", "-1", "0", "1e9", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "99999999999999999999999", "NaN", "Infinity", "true", "null", "[]", "{}", "x;y", "a,b", "0x10", " ", "00000000-0000-0000-0000-000000000000", "5m", "-5m", "99999999999999d",
    ];

    [Fact]
    public async Task TenThousandMalformedBodies_AreEachExplained_AndChangeNothing()
    {
        await using var platform = await WholePlatform.StartAsync();
        var (_, webhook) = await platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "kept", url = "https://example.org/hook", enabled = false });
        var targets = Target.All(webhook.GetProperty("id").GetString()!);
        AssertEveryBodyIsTried(platform, targets);
        await platform.SendAsync("healthmonitor", HttpMethod.Put, $"/webhooks/{webhook.GetProperty("id").GetString()}", JsonSerializer.Deserialize<JsonElement>(targets.First(t => t.Path == "/webhooks").Good));

        var before = await Snapshot.TakeAsync(platform);
        var recorded = await Snapshot.ChangesAsync(platform, "healthmonitor");
        var began = Stopwatch.GetTimestamp();
        var faults = new ConcurrentQueue<string>();
        var statuses = new ConcurrentDictionary<int, int>();
        var explained = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Bodies), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var (status, fault) = await TryAsync(platform, targets, number);
            statuses.AddOrUpdate(status, 1, (_, n) => n + 1);
            if (status >= 400) Interlocked.Increment(ref explained);
            if (fault is not null) faults.Enqueue(fault);
        });

        output.WriteLine($"{Bodies} bodies in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: {string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Value} × {s.Key}"))}");
        Assert.True(faults.IsEmpty, $"{faults.Count} wrong answers, among them:\n{string.Join('\n', faults.Order().Take(25))}");
        Assert.True(explained > Bodies * 8 / 10, $"only {explained} of {Bodies} were malformed: the mutations are too mild");
        Assert.Equal(before.Where(Unaudited), (await Snapshot.TakeAsync(platform)).Where(Unaudited));
        Assert.True(recorded < await Snapshot.ChangesAsync(platform, "healthmonitor"), "what a mutation left right was taken, and is on record");
    }

    [Fact]
    public async Task HostileQueriesAndIds_AreEachExplained_AndChangeNothing()
    {
        await using var platform = await WholePlatform.StartAsync();
        await platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "kept", url = "https://example.org/hook", enabled = false });
        var before = await Snapshot.TakeAsync(platform);
        var faults = new ConcurrentQueue<string>();
        var asked = 0;
        await Parallel.ForEachAsync(await RequestsAsync(platform), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, _) =>
        {
            Interlocked.Increment(ref asked);
            var (status, fault) = await AskAsync(platform, request.Module, new HttpMethod(request.Method), request.Target);
            if (fault is not null) faults.Enqueue($"{request.Method} {request.Module}{request.Target}: {fault}");
        });
        output.WriteLine($"{asked} requests");
        Assert.True(faults.IsEmpty, $"{faults.Count} wrong answers, among them:\n{string.Join('\n', faults.Order().Take(25))}");
        Assert.True(asked > 2_000, $"only {asked} requests");
        Assert.Equal(before, await Snapshot.TakeAsync(platform));
    }

    private static bool Unaudited(KeyValuePair<string, string> place) => !place.Key.EndsWith("/audit", StringComparison.Ordinal);

    /// <summary>A body that nobody tries is a hole in this test: every POST and PUT that takes one must be among the targets.</summary>
    private static void AssertEveryBodyIsTried(WholePlatform platform, IReadOnlyList<Target> targets)
    {
        string[] withoutBody = ["/login/codes", "/api/deployment/secrets/rotate", "/webhooks/{id}/ping", "/webhooks/{id}/dead-letters/replay", "/webhooks/{id}/dead-letters/{sequence:long}/replay", "/webhooks/{id}/replay"];
        var missing = EndpointSweep.Rules(platform)
            .Where(rule => rule.Methods.Any(m => m is "POST" or "PUT" or "PATCH") && !withoutBody.Contains(rule.Path) && !(rule.Path is "/keys/" or "/login" && rule.Module != "gateway"))
            .Where(rule => !targets.Any(t => t.Module == rule.Module && rule.Methods.Contains(t.Method.Method) && Matches(rule.Path, t.Path)))
            .Select(rule => rule.ToString());
        Assert.Empty(missing);
    }

    private static bool Matches(string route, string path)
    {
        var (expected, found) = (route.TrimEnd('/').Split('/'), path.Split('/'));
        return expected.Length == found.Length && expected.Zip(found).All(pair => pair.First == pair.Second || pair.First.StartsWith('{'));
    }

    private static async Task<(int Status, string? Fault)> TryAsync(WholePlatform platform, IReadOnlyList<Target> targets, int number)
    {
        // Each body has its own seed, so that one that fails can be made again alone; half of them are manifests.
        var random = new Random(number);
        var target = random.Next(2) == 0 ? targets[0] : targets[random.Next(1, targets.Count)];
        var body = target.Mutate(random);
        var dry = target.Path.EndsWith("/deploy", StringComparison.Ordinal) && (target.MediaType != Target.Yaml || Target.IsManifest(body));
        using var request = new HttpRequestMessage(target.Method, target.Path + (dry ? "?dryRun=true" : "")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(random.Next(20) == 0 ? MediaTypes[random.Next(MediaTypes.Length)] : target.MediaType);
        request.Headers.Add("dapr-api-token", WholePlatform.DaprToken);
        using var answer = await platform.Admin(target.Module).SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var status = (int)answer.StatusCode;
        if (status < 300 && text.Length > 0 && answer.Content.Headers.ContentType?.MediaType == Target.Json) await target.UndoAsync(platform, JsonSerializer.Deserialize<JsonElement>(text));

        // The log-in page answers people, in HTML.
        var fault = target.Path == "/login" && status is 400 or 401 or 429 && answer.Content.Headers.ContentType?.MediaType == "text/html"
            ? Answers.Fault(200, null, text, platform.Data)
            : Answers.Fault(status, answer.Content.Headers.ContentType?.MediaType, text, platform.Data);
        return (status, fault is null ? null : $"{target.Method} {target.Path}, seed {number.ToString(CultureInfo.InvariantCulture)}: {fault} for {request.Content.Headers.ContentType}: {Brief(body)} answered {Brief(Encoding.UTF8.GetBytes(text))}");
    }

    /// <summary>Every GET with every hostile value of each query it knows, and every endpoint with every hostile id; not what goes on without end.</summary>
    private static async Task<IReadOnlyList<(string Module, string Method, string Target)>> RequestsAsync(WholePlatform platform)
    {
        var requests = new List<(string, string, string)>();
        var queries = await QueriesAsync(platform);
        foreach (var rule in EndpointSweep.Rules(platform).Where(r => r.Path is not "/events/stream" and not "/dashboard/stream" and not "/metrics" and not "/login" and not "/keys/{id}"))
        {
            if (rule.Module != "healthmonitor" && rule.Path is "/keys" or "/audit" or "/session" or "/login/codes" or "/openapi/v1.json" or "/health/live" or "/health/ready") continue;
            var path = EndpointSweep.Fill(rule.Path);
            foreach (var hostile in Hostile)
            {
                var value = Uri.EscapeDataString(hostile);
                if (rule.Methods[0] == "GET")
                {
                    foreach (var query in queries[(rule.Module, rule.Path)]) requests.Add((rule.Module, "GET", $"{path}?{query}={value}"));
                }

                if (rule.Path.Contains('{') && !hostile.Contains('\0') && hostile is not ".." && !hostile.Contains('/')) requests.Add((rule.Module, rule.Methods[0], Regex.Replace(rule.Path, @"\{[^}]*\}", value)));
            }

            if (rule.Methods[0] == "GET") requests.Add((rule.Module, "GET", $"{path}?limit=1&limit=2&after=%ff%fe&application=%zz&=&&{new string('a', 3_000)}"));
        }

        return requests;
    }

    /// <summary>The query parameters of every GET, as the services' own descriptions name them.</summary>
    private static async Task<ILookup<(string Module, string Path), string>> QueriesAsync(WholePlatform platform)
    {
        var found = new List<((string, string), string)>();
        foreach (var service in WholePlatform.Services)
        {
            var description = await platform.GetAsync(service.Name, "/openapi/v1.json");
            foreach (var path in description.GetProperty("paths").EnumerateObject())
            {
                if (!path.Value.TryGetProperty("get", out var get) || !get.TryGetProperty("parameters", out var parameters)) continue;
                var route = EndpointSweep.Rules(platform).First(r => r.Module == service.Name && Regex.Replace(r.Path, @":\w+\}", "}").TrimEnd('/') == path.Name.TrimEnd('/')).Path;
                found.AddRange(parameters.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "query").Select(p => ((service.Name, route), p.GetProperty("name").GetString()!)));
            }
        }

        return found.ToLookup(f => f.Item1, f => f.Item2);
    }

    private static async Task<(int Status, string? Fault)> AskAsync(WholePlatform platform, string module, HttpMethod method, string target)
    {
        using var request = new HttpRequestMessage(method, new Uri(platform.Address(module).GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var answer = await platform.Admin(module).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.Content.Headers.ContentType?.MediaType is "text/event-stream" or "text/html") return ((int)answer.StatusCode, (int)answer.StatusCode >= 500 ? "500" : null);
        var text = await answer.Content.ReadAsStringAsync();
        var fault = Answers.Fault((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, text, platform.Data);
        return ((int)answer.StatusCode, fault is null ? null : $"{fault}: {Brief(Encoding.UTF8.GetBytes(text))}");
    }

    private static string Brief(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes).ReplaceLineEndings("⏎");
        return text.Length > 300 ? text[..300] + "…" : text;
    }
}

using System.Net;
using System.Text.RegularExpressions;
using Platform.Hosting;
using Platform.Hosting.Security;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Endpoints;

/// <summary>Asks every endpoint of every service, as everyone, and lists what is not as it must be.</summary>
internal static partial class EndpointSweep
{
    /// <summary>Open to all, on purpose, and nothing else is: to get in, to be balanced, for the sidecar (which shows a token of its own), the page without its data.</summary>
    private static readonly HashSet<string> Open =
    [
        "GET /login", "POST /login", "GET /health/live", "GET /health/ready",
        "GET /dapr/subscribe", "POST /dapr/commands", "GET /", "GET /assets/{digest}/{**file}",
    ];

    /// <summary>Read on loopback without a key.</summary>
    private static readonly HashSet<string> Loopback = ["GET /metrics", "GET /openapi/v1.json"];

    /// <summary>The only requests but GET that a viewer may make: they concern the viewer's own session and nothing else.</summary>
    private static readonly HashSet<string> OwnSession = ["POST /login/codes", "DELETE /session"];

    public static IReadOnlyList<EndpointRule> Rules(WholePlatform platform) => EndpointAudit.List(platform.Provider);

    /// <summary>What is wrong; empty: nothing.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(WholePlatform platform)
    {
        var faults = new List<string>();
        foreach (var rule in Rules(platform))
        {
            if (rule.Methods.Count == 0) faults.Add($"{rule}: takes any method");
            foreach (var method in rule.Methods) await CheckAsync(platform, rule, method, faults);
        }

        return faults;
    }

    /// <summary>The path with something in the place of each parameter.</summary>
    public static string Fill(string route) => Parameter().Replace(route, match => match.Groups["constraint"].Value switch
    {
        "guid" => Guid.Empty.ToString(),
        "long" or "int" => "1",
        _ => "none-such",
    });

    private static async Task CheckAsync(WholePlatform platform, EndpointRule rule, string method, List<string> faults)
    {
        var name = $"{method} {rule.Path}";
        if (!rule.HasRule)
        {
            faults.Add($"{rule.Module} {name}: no rule says who may use it");
            return;
        }

        if (rule.OpenBecause is not null)
        {
            if (!Open.Contains(name)) faults.Add($"{rule.Module} {name}: open to all, and not among the exceptions");
            return;
        }

        if (rule.Policies.Contains(SecuritySetup.LoopbackOrViewer))
        {
            if (!Loopback.Contains(name)) faults.Add($"{rule.Module} {name}: open on loopback, and not among the exceptions");
            return;
        }

        var least = rule.Policies.Max(Rank);
        await ExpectAsync(platform, rule, method, null, HttpStatusCode.Unauthorized, faults);
        for (var rank = 0; rank < least; rank++) await ExpectAsync(platform, rule, method, Roles.Ascending[rank], HttpStatusCode.Forbidden, faults);
        if (method != "GET" && least == 0 && !OwnSession.Contains(name)) faults.Add($"{rule.Module} {name}: a viewer may change something");
        var met = await AskAsync(platform, rule, method, Roles.Ascending[least]);
        if (met is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError) faults.Add($"{rule.Module} {name}: {(int)met} for a {Roles.Ascending[least]}");
    }

    private static async Task ExpectAsync(WholePlatform platform, EndpointRule rule, string method, string? role, HttpStatusCode expected, List<string> faults)
    {
        var met = await AskAsync(platform, rule, method, role);
        if (met != expected) faults.Add($"{rule.Module} {method} {rule.Path}: {(int)met} instead of {(int)expected} for {role ?? "someone without a key"}");
    }

    private static async Task<HttpStatusCode> AskAsync(WholePlatform platform, EndpointRule rule, string method, string? role)
    {
        using var client = platform.Client(rule.Module, role);
        using var request = new HttpRequestMessage(new HttpMethod(method), Fill(rule.Path));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    private static int Rank(string policy) => Roles.Ascending.ToList().IndexOf(policy);

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)(:(?<constraint>\w+)[^}]*)?\??\}")]
    private static partial Regex Parameter();
}

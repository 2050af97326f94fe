using System.Text.Json;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Malformed;

/// <summary>Everything that a request could have changed, as the services tell it.</summary>
internal static class Snapshot
{
    private static readonly (string Module, string Path)[] Places =
    [
        ("deployment", "/api/deployment/applications"), ("deployment", "/api/deployment/deployments"), ("deployment", "/api/deployment/scaling/history"),
        ("autoscaler", "/recommendations"), ("gateway", "/routes"), ("gateway", "/keys"), ("deployment", "/keys"),
        ("healthmonitor", "/rules"), ("healthmonitor", "/webhooks"), ("autoscaler", "/api/autoscaler/policies"), ("deployment", "/audit"), ("autoscaler", "/audit"),
    ];

    public static async Task<IReadOnlyDictionary<string, string>> TakeAsync(WholePlatform platform)
    {
        var taken = new Dictionary<string, string>();
        foreach (var (module, path) in Places) taken[module + path] = (await platform.GetAsync(module, path)).GetRawText();
        return taken;
    }

    /// <summary>How many changes each service has recorded.</summary>
    public static async Task<int> ChangesAsync(WholePlatform platform, string module)
    {
        var count = 0;
        string? after = null;
        do
        {
            var page = await platform.GetAsync(module, "/audit?limit=1000" + (after is null ? "" : "&after=" + after));
            count += page.GetProperty("items").GetArrayLength();
            after = page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        }
        while (after is not null);
        return count;
    }
}

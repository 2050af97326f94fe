using System.Text.RegularExpressions;
using Platform.Effects;
using Platform.Gateway.Routers.Nginx;

namespace Platform.Gateway.Tests.Routers.Nginx;

/// <summary>An nginx that serves what its files said when it was last told to look, and refuses what has the word <c>poison</c> in it.</summary>
internal sealed partial class FakeNginx(string folder) : INginx
{
    private Dictionary<string, NginxServed> _served = [];

    public IEffects Effects { get; set; } = UnhinderedEffects.Instance;

    public int Reloads { get; private set; }

    /// <summary>Its files are such that it would start by them.</summary>
    public bool WouldStart => !Files().Any(f => f.Contains("poison", StringComparison.Ordinal));

    /// <summary>The operator's own part is broken.</summary>
    public bool Broken { get; set; }

    public List<NginxWorker>? Seen { get; set; } = [new(1, Leaving: false)];

    public Task<string?> TestAsync(string? file, CancellationToken cancellationToken) => Effects.PerformAsync(EffectKind.ProcessStart, "nginx -t", () =>
        Task.FromResult(file is null && (Broken || !WouldStart) ? "nginx: [emerg] broken" : null));

    public Task<string?> ReloadAsync(CancellationToken cancellationToken) => Effects.PerformAsync(EffectKind.ProcessSignal, "nginx -s", () =>
    {
        Reloads++;
        if (Broken || !WouldStart) return Task.FromResult<string?>("nginx: [emerg] broken");
        _served = Files().Select(f => StatusPattern().Match(f)).Where(m => m.Success)
            .ToDictionary(m => m.Groups[1].Value, m => new NginxServed(m.Groups[2].Value, long.Parse(m.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture), m.Groups[4].Value));
        if (Seen is { Count: > 0 }) Seen = [.. Seen.Select(w => w with { Leaving = true }), new(Seen.Max(w => w.ProcessId) + 1, Leaving: false)];
        return Task.FromResult<string?>(null);
    });

    public Task<NginxServed?> ServedAsync(string key, CancellationToken cancellationToken) => Task.FromResult(_served.GetValueOrDefault(key));

    public IReadOnlyList<NginxWorker>? Workers() => Seen;

    private IEnumerable<string> Files() => Directory.EnumerateFiles(folder, "*.conf", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/.candidate/", StringComparison.Ordinal)).Select(File.ReadAllText);

    [GeneratedRegex("server_name ([0-9a-f]+)[.]platform.*\"application\":\"([^\"]*)\",\"generation\":([0-9]+),\"digest\":\"([^\"]*)\"", RegexOptions.Singleline)]
    private static partial Regex StatusPattern();
}

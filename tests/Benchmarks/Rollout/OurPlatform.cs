using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;

namespace Platform.Benchmarks.Rollout;

/// <summary>The whole platform, spoken to over HTTP.</summary>
internal sealed class OurPlatform : IRolloutSubject
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly PlatformChild _platform;
    private readonly RolloutBenchOptions _options;
    private readonly TimeProvider _clock;

    private OurPlatform(PlatformChild platform, string journal, RolloutBenchOptions options, TimeProvider clock) =>
        (_platform, Journal, _options, _clock) = (platform, journal, options, clock);

    public string Name => "ours";

    public string Strategy => _options.Strategy;

    public Uri Traffic => _platform.Client.Addresses.Traffic;

    public string Journal { get; }

    public string Revision { get; private set; } = "";

    /// <summary>Starts it, and ships the first revision.</summary>
    public static async Task<OurPlatform> StartAsync(string folder, string revision, RolloutBenchOptions options, TimeProvider clock, CancellationToken ct)
    {
        var child = await PlatformChild.StartAsync(Path.Combine(folder, "platform"), clock, ct);
        var platform = new OurPlatform(child, Path.Combine(folder, "ours.journal"), options, clock);
        try
        {
            if (await platform.SwitchAsync(revision, ct) is { } problem) throw new InvalidOperationException(problem);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async Task<string?> SwitchAsync(string revision, CancellationToken ct)
    {
        var manifest = RolloutManifest.Yaml(revision, Journal, _options);
        var client = _platform.Client;
        var id = (await client.PostAsync<Accepted>("deployment", ServiceRoutes.Deploy, new DeployRequest { Manifest = manifest, Reason = "bench" }, ct)).Id;
        while (true)
        {
            var rollout = await client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct);
            if (rollout is not null && RolloutText.HasEnded(rollout))
            {
                if (!RolloutText.HasSucceeded(rollout)) return RolloutText.End(rollout);
                Revision = revision;
                return null;
            }

            await Task.Delay(Interval, _clock, ct);
        }
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();
}

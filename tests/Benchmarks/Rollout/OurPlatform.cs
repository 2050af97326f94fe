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

    private readonly StorefrontPackage _package;
    private readonly string _journal;

    private OurPlatform(PlatformChild platform, StorefrontPackage package, string journal, RolloutBenchOptions options, TimeProvider clock) =>
        (_platform, _package, _journal, _options, _clock) = (platform, package, journal, options, clock);

    public string Name => "ours";

    public string Strategy => _options.Strategy;

    public Uri Traffic => _platform.Client.Addresses.Traffic;

    public TimeSpan DeclaredWaits => RolloutManifest.DeclaredWaits(_options.Strategy);

    public string Revision { get; private set; } = "";

    /// <summary>Starts it, and ships the first revision.</summary>
    public static async Task<OurPlatform> StartAsync(string folder, string revision, StorefrontPackage package, RolloutBenchOptions options, TimeProvider clock, CancellationToken ct)
    {
        var child = await PlatformChild.StartAsync(Path.Combine(folder, "platform"), clock, ct, package.Settings);
        var platform = new OurPlatform(child, package, Path.Combine(folder, "ours.journal"), options, clock);
        try
        {
            if ((await platform.SwitchAsync(revision, ct)).Problem is { } problem) throw new InvalidOperationException(problem);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async Task<SwitchEnd> SwitchAsync(string revision, CancellationToken ct)
    {
        var manifest = RolloutManifest.Yaml(revision, _journal, _package, _options);
        var client = _platform.Client;
        var id = (await client.PostAsync<Accepted>("deployment", ServiceRoutes.Deploy, new DeployRequest { Manifest = manifest, Reason = "bench" }, ct)).Id;
        while (true)
        {
            var rollout = await client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct);
            if (rollout is not null && RolloutText.HasEnded(rollout))
            {
                if (!RolloutText.HasSucceeded(rollout)) return new SwitchEnd(RolloutText.End(rollout), TimeSpan.Zero);
                Revision = revision;
                // What follows is the end of the old replicas.
                var decided = rollout.Steps.LastOrDefault(step => step.Step is "shift" or "watch")?.At ?? rollout.EndedAt!.Value;
                return new SwitchEnd(null, decided - rollout.CreatedAt);
            }

            await Task.Delay(Interval, _clock, ct);
        }
    }

    public Task<IReadOnlyList<string>> OrdersAsync() => _package.OrdersAsync(_journal, Revision);

    public ValueTask DisposeAsync() => _platform.DisposeAsync();
}

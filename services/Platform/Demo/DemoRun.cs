using Platform.CommandLine.Client;
using Platform.CommandLine.Commands;
using Platform.CommandLine.Load;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Demo;

/// <summary>
/// The run itself, against a platform that is ready:
/// <code>
/// load   ├──────────── the day, open loop ────────────────────────────────┤
/// ships  v1     └ v2 (7:30) ─ switched       └ v3 (13:00) ─ rolled back
/// phase  v1     │ v2 switch │ v2             │ v3 until …  │ v2 again
/// </code>
/// </summary>
internal sealed class DemoRun(DemoOptions options, PlatformClient client, DemoState state, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    public async Task<DemoFacts> RunAsync(ManifestFile first, ManifestFile second, ManifestFile third, CancellationToken ct)
    {
        state.Doing = $"shipping {first.Manifest.Revision}";
        var morning = await FollowAsync(await DeployAsync(first, ct), ct);
        if (!RolloutText.HasSucceeded(morning)) throw new CommandFailure(ExitCode.Failed, RolloutText.End(morning), $"Is {first.Manifest.Process?.WorkingDirectory} built?");

        var profile = RateProfile.Compress(options.Day, options.Duration, options.Peak);
        using var load = new LoadGenerator(new LoadOptions { Target = client.Addresses.Traffic, Profile = profile, Seed = options.Seed }, clock);
        load.Recorder.BeginPhase(DemoPhases.First, TimeSpan.Zero);
        state.Load = load;
        state.Doing = "replaying the day";
        using var sent = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var sending = load.RunAsync(sent.Token);
        try
        {
            return await ShipBothAsync(load, sending, second, third, ct) with { Demand = profile.Rates };
        }
        finally
        {
            await sent.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<DemoFacts> ShipBothAsync(LoadGenerator load, Task sending, ManifestFile second, ManifestFile third, CancellationToken ct)
    {
        await UntilAsync(load, options.Duration * DemoOptions.SecondShipsAt, ct);
        var switched = await ShipAsync(load, second, DemoPhases.Switch, ct);
        load.Recorder.BeginPhase(DemoPhases.Second, load.Elapsed);
        await UntilAsync(load, options.Duration * DemoOptions.ThirdShipsAt, ct);
        var broken = await ShipAsync(load, third, DemoPhases.Broken, ct);
        load.Recorder.BeginPhase(DemoPhases.After, load.Elapsed);
        state.Doing = "replaying the rest of the day";
        await sending;
        var scaling = await ScalingComparison.OfAsync(client, second.Manifest.Name, clock, ct);
        state.Doing = "done";
        return new DemoFacts
        {
            Day = options.Day.Name,
            Duration = options.Duration,
            Phases = load.Recorder.Phases(),
            Replicas = state.Replicas(),
            Demand = [],
            Second = switched,
            Third = broken,
            Scaling = scaling,
        };
    }

    /// <summary>Ships a revision while the load goes on, and watches from outside when it gets traffic and when it has none any more.</summary>
    private async Task<ObservedRollout> ShipAsync(LoadGenerator load, ManifestFile manifest, string phase, CancellationToken ct)
    {
        var revision = manifest.Manifest.Revision;
        state.Doing = $"shipping {revision}";
        var asked = load.Elapsed;
        load.Recorder.BeginPhase(phase, asked);
        var id = await DeployAsync(manifest, ct);
        TimeSpan? switched = null;
        TimeSpan? back = null;
        while (true)
        {
            var weights = state.Application?.Weights;
            var weight = weights?.GetValueOrDefault(revision) ?? 0;
            if (weight > 0 && weights!.Values.Sum() == weight) switched ??= load.Elapsed;
            if (weight == 0 && switched is not null) back ??= load.Elapsed;
            var rollout = await client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct);
            if (rollout is not null && RolloutText.HasEnded(rollout))
            {
                if (rollout.State == "rolledBack" && switched is not null) back ??= load.Elapsed;
                return new ObservedRollout
                {
                    Rollout = rollout,
                    TimeToSwitch = switched - asked,
                    TimeToRollBack = back - load.Recorder.FirstFailure(phase),
                    Total = load.Elapsed - asked,
                };
            }

            if (load.Elapsed > options.Duration + Grace)
                throw new CommandFailure(ExitCode.Failed, $"The rollout of {revision} did not end: {rollout?.Message ?? "it never began"}", "Look at 'platform events'.");
            await Task.Delay(Interval, clock, ct);
        }
    }

    private async Task<Guid> DeployAsync(ManifestFile manifest, CancellationToken ct) =>
        (await client.PostAsync<Accepted>("deployment", ServiceRoutes.Deploy, new DeployRequest { Manifest = manifest.Yaml, Reason = "demonstration" }, ct)).Id;

    private async Task<RolloutView> FollowAsync(Guid id, CancellationToken ct)
    {
        while (true)
        {
            var rollout = await client.FindAsync<RolloutView>("deployment", ServiceRoutes.Rollout(id), ct);
            if (rollout is not null && RolloutText.HasEnded(rollout)) return rollout;
            await Task.Delay(Interval, clock, ct);
        }
    }

    private async Task UntilAsync(LoadGenerator load, TimeSpan moment, CancellationToken ct)
    {
        var wait = moment - load.Elapsed;
        if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, ct);
    }
}

using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Metrics;
using Platform.Metrics.Streaming;
using Platform.Reliability.Oracles;
using Platform.Testing.DeploymentWorld;

namespace Platform.Reliability.Simulation;

/// <summary>One course of things in one world: lives of the service, begun again whenever one is killed, under one clock.</summary>
internal sealed class Play : IAsyncDisposable
{
    /// <summary>The revision that answers with errors once it has traffic.</summary>
    public const string Broken = "v3";

    /// <summary>How long, in virtual time, anything may take to come to rest after the last kill.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RealBound = TimeSpan.FromSeconds(90);
    private readonly CancellationTokenSource _over = new();
    private readonly Queue<KillPlan> _plans = [];
    private readonly Action<IServiceCollection, Play>? _mutation;
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private DateTimeOffset _since, _begin;

    private Play(World world, VirtualClock clock, Action<IServiceCollection, Play>? mutation)
    {
        World = world;
        Clock = clock;
        _mutation = mutation;
        Outside = new Outside(world.Folder);
        world.Rebuild = services =>
        {
            // The bus takes real time to start, in which no virtual time may pass.
            services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
            _mutation?.Invoke(services, this);
        };
        foreach (var (key, value) in Settings) world.Settings[key] = value;
    }

    /// <summary>Nobody waits for virtual time, so the service keeps something like its production rhythm.</summary>
    private static Dictionary<string, string?> Settings { get; } = new()
    {
        ["Deployment:Resync"] = "00:00:01",
        ["Deployment:RolloutTick"] = "00:00:01",
        ["Deployment:RouteRetry"] = "00:00:02",
        ["Deployment:RouteRepeat"] = "00:00:10",
        ["Deployment:OrphanScan"] = "00:00:02",
        ["Deployment:Lease"] = "00:00:10",
        ["Deployment:DrainSlack"] = "00:00:02",
        ["Deployment:UsageInterval"] = "01:00:00",
        // Virtual time flies past whoever waits for real time; the judge reads in the outbox what was committed, however long ago that was.
        ["Bus:Retention"] = "12:00:00",
    };

    public World World { get; }

    public VirtualClock Clock { get; }

    public Journal Journal { get; } = new();

    public Outside Outside { get; }

    /// <summary>How long the service stays dead after each kill.</summary>
    public TimeSpan Downtime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What happens on the machine while the service is dead.</summary>
    public Action<Play> Meanwhile { get; init; } = _ => { };

    /// <summary>What the rollout was at when the service was killed, for each kill.</summary>
    public List<string> KilledWhile { get; } = [];

    /// <summary>A world as <paramref name="origin"/> left it; null: an empty one.</summary>
    public static Play Begin(Play? origin, Action<IServiceCollection, Play>? mutation = null, TimeSpan? downtime = null, Action<Play>? meanwhile = null)
    {
        var clock = Idleness.Instance.NewClock();
        var gateway = new FakeGateway();
        var world = new World { Time = clock, Machine = origin?.World.Machine.Copy() ?? new FakeMachine(), Gateway = gateway };
        var play = new Play(world, clock, mutation) { Downtime = downtime ?? TimeSpan.FromSeconds(1), Meanwhile = meanwhile ?? (_ => { }) };
        if (origin is not null)
        {
            clock.Skip(origin.Clock.GetUtcNow() - clock.GetUtcNow());
            origin.World.Gateway.CopyTo(gateway);
            origin.World.CopyDataTo(world);
            origin.Journal.CopyTo(play.Journal);
            foreach (var (id, seen) in origin.World.Events) world.Events[id] = seen;
        }
        else
        {
            // Somebody else's process, which is none of our business.
            world.Machine.Start("stranger-v1-00000000", "stranger", "v1", 1, "another platform", world.Machine.NextPort());
        }

        Witnesses.Attach(play);
        _ = play.FeedAsync();
        return play;
    }

    /// <summary>Goes through a scenario to its rest, killed where the plans say so, one plan for each life.</summary>
    /// <returns>What is wrong; empty: nothing.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Scenario scenario, params IEnumerable<KillPlan> plans)
    {
        foreach (var plan in plans) _plans.Enqueue(plan);
        _begin = Clock.GetUtcNow();
        try
        {
            await StartAsync();
            await scenario.Script(this);
            // What is only under way at the moment of the question is gone at the next; what is wrong stays wrong.
            for (var look = 1; ; look++)
            {
                await RestAsync();
                var wrong = Judge();
                if (wrong.Count == 0 || look == 3) return wrong;
            }
        }
        catch (TimeoutException error)
        {
            return [error.Message, .. Judge()];
        }
    }

    /// <summary>Sends a command as a client does: again, if it does not know whether it was accepted and finds that it was not.</summary>
    public async Task SendAsync<T>(T command) where T : class, ICommand
    {
        while (true)
        {
            await ReviveAsync();
            try
            {
                await World.SendAsync(command);
                break;
            }
            catch (Exception) when (IsDead)
            {
                await ReviveAsync();
                if (Outside.Value<long>("SELECT COUNT(*) FROM outbox_message WHERE correlation_id = @id AND type LIKE @type",
                    new { id = command.CorrelationId.ToString(), type = $"%.{typeof(T).Name},%" }) > 0) break;
            }
        }

        Journal.Accepted(command);
    }

    /// <summary>Waits, over all kills, until something is so.</summary>
    public async Task UntilAsync(string what, Func<bool> holds)
    {
        _since = Clock.GetUtcNow();
        while (true)
        {
            await ReviveAsync();
            if (holds()) return;
            Bounded(what);
            await Task.Delay(Glance, Clock);
        }
    }

    /// <summary>Waits until nothing is left to do, and stays so for a while.</summary>
    public async Task RestAsync()
    {
        var quietSince = DateTimeOffset.MaxValue;
        await UntilAsync("everything came to rest", () =>
        {
            if (Verdict.Unrest(this) is not null) quietSince = DateTimeOffset.MaxValue;
            else if (quietSince == DateTimeOffset.MaxValue) quietSince = Clock.GetUtcNow();
            return quietSince != DateTimeOffset.MaxValue && Clock.GetUtcNow() - quietSince >= Rest;
        });
    }

    /// <summary>How the rollouts of this play ended, without those of the plays before.</summary>
    public IReadOnlyList<string> Ends() => Outside.Query<string>("SELECT state FROM rollouts WHERE created_at >= @begin", new { begin = (_begin - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond });

    /// <summary>Kills the service now, and lets it stay dead.</summary>
    public async Task KillAsync()
    {
        Clock.Frozen = true;
        await World.KillAsync();
        Clock.Frozen = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await World.DisposeAsync();
        Idleness.Instance.Forget(Clock);
        _over.Dispose();
    }

    private IReadOnlyList<string> Judge()
    {
        Clock.Frozen = true;
        try
        {
            return Verdict.Of(this);
        }
        finally
        {
            Clock.Frozen = false;
        }
    }

    private bool IsDead => World.Life?.Effects.IsDead != false;

    private async Task ReviveAsync()
    {
        while (IsDead)
        {
            if (World.Life is not null)
            {
                KilledWhile.Add(Outside.Value<string?>("SELECT state FROM rollouts ORDER BY created_at DESC, id LIMIT 1") ?? "accepting");
                await KillAsync();
            }

            Clock.Skip(Downtime);
            Meanwhile(this);
            await StartAsync();
        }
    }

    private async Task StartAsync()
    {
        _since = Clock.GetUtcNow();
        Clock.Frozen = true;
        try
        {
            await World.StartAsync(new MortalEffects(_plans.TryDequeue(out var plan) ? plan : null));
        }
        catch (KilledException)
        {
            KilledWhile.Add("starting up");
            Clock.Skip(Downtime);
            await StartAsync();
        }
        finally
        {
            Clock.Frozen = false;
        }
    }

    private void Bounded(string what)
    {
        var waited = Clock.GetUtcNow() - _since;
        if (waited < Bound && TimeProvider.System.GetElapsedTime(_began) < RealBound) return;
        throw new TimeoutException($"not in bounded time ({waited.TotalSeconds:0} s): {what}; {Verdict.Unrest(this)}; {World.Describe()}");
    }

    /// <summary>Requests, as the gateway would report them: some of a broken revision's fail.</summary>
    private async Task FeedAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), Clock, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (IsDead || World.Life is not { } life) continue;
            foreach (var (revision, weight) in World.Gateway.Weights("shop").Where(w => w.Value > 0))
            {
                life.Metrics.Add(new MetricBatch
                {
                    Source = "gateway",
                    Application = "shop",
                    At = Clock.GetUtcNow(),
                    Interval = TimeSpan.FromMilliseconds(500),
                    Samples =
                    [
                        new MetricSample(MetricNames.Requests, revision, "", weight),
                        new MetricSample(MetricNames.Errors, revision, "", revision == Broken ? weight : 0),
                    ],
                });
            }
        }
    }
}

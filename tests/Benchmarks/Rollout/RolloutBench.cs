using Platform.CommandLine.Load;

namespace Platform.Benchmarks.Rollout;

/// <summary>
/// Switches in a row under an open load, through the platform and through nginx's reload (beside containers: a Swarm's service update): what
/// visitors notice of them.
/// <code>
/// ours  │ steady ├ switch ┼ switch ┼ … ┤ steady │                          │ steady ├ switch ┼ …
/// peer  │                                        │ steady ├ switch ┼ … ┤ steady │
/// </code>
/// Blocks alternate, so that what else the machine does falls on both alike.
/// </summary>
internal sealed class RolloutBench : IBench
{
    private const double StreamShare = 0.01;
    private const double NewConnectionShare = 0.2;
    private const int SocketVisitors = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Revisions = ["blue", "green"];

    public string Name => "rollout";

    public string Description => "switches of a revision in a row under load: failures, latency, duration; beside nginx's reload, or docker service update";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("switches", "switches per subject", "100"),
        new("rate", "requests per second, open loop", "500"),
        new("strategy", "the platform's: blueGreen, rolling, canary or experiment", "blueGreen"),
        new("replicas", "replicas of each revision", "2"),
        new("blocks", "blocks that the switches of a subject are cut into; subjects alternate", "5"),
        new("steady", "seconds of load without a switch before and after each block's", "5"),
        new("peer", "auto: nginx beside processes, service (docker service update) beside containers; or none", "auto"),
        new("peer-switches", "switches of the peer; 0: as many as ours", "0"),
        .. StorefrontRuntime.Options,
    ];

    public async Task<BenchResult> RunAsync(BenchContext context)
    {
        var options = RolloutBenchOptions.Of(context);
        var (clock, ct) = (TimeProvider.System, context.CancellationToken);
        var folder = Directory.CreateTempSubdirectory("bench-rollout-").FullName;
        await using var package = await StorefrontPackage.PrepareAsync(options.Runtime, options.Peer == "service", Revisions);
        List<(IRolloutSubject Subject, SubjectFigures Figures, OrderLedger Ledger)> subjects = [];
        try
        {
            context.Say("starting the platform and its application …");
            Add(await OurPlatform.StartAsync(folder, Revisions[0], package, options, clock, ct));
            if (options.Peer == "nginx") Add(await NginxPeer.StartAsync(folder, Revisions[0], options, clock, ct));
            if (options.Peer == "service") Add(await ServicePeer.StartAsync(package.Engine!, Revisions[0], options, clock));
            for (var block = 1; block <= options.Blocks; block++)
            {
                foreach (var (subject, figures, ledger) in subjects)
                {
                    var switches = options.SwitchesOf(block, subject is OurPlatform ? options.Switches : options.PeerSwitches);
                    context.Say($"block {block} of {options.Blocks}: {subject.Name}, {switches} switches …");
                    await BlockAsync(context, options, subject, figures, ledger, switches, block, clock);
                }
            }

            foreach (var (subject, figures, ledger) in subjects)
            {
                var (duplicated, lost) = ledger.Compare(await subject.OrdersAsync());
                figures.Compared(duplicated, lost);
                context.Say($"{subject.Name}: {ledger.Acknowledged} orders acknowledged, {duplicated} taken twice, {lost} not taken");
            }

            return Result(options, [.. subjects.Select(s => s.Figures)]);
        }
        finally
        {
            foreach (var (subject, _, _) in subjects) await subject.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }

        void Add(IRolloutSubject subject) => subjects.Add((subject, new SubjectFigures(subject.Name, subject.Strategy, options.Runtime.Name, subject.DeclaredWaits), new OrderLedger()));
    }

    private static async Task BlockAsync(
        BenchContext context, RolloutBenchOptions options, IRolloutSubject subject, SubjectFigures figures, OrderLedger ledger, int switches, int block, TimeProvider clock)
    {
        var check = new AnswerCheck(ledger);
        using var load = new LoadGenerator(
            new LoadOptions
            {
                Target = subject.Traffic,
                Profile = RateProfile.Constant(options.Rate, TimeSpan.FromDays(1)),
                Seed = block,
                NewConnectionShare = NewConnectionShare,
                StreamShare = StreamShare,
                // A machine that is busy with other things may stall for seconds: that shows as latency. Only what never comes is a failure.
                Timeout = Patience,
                MostInFlight = (int)(options.Rate * Patience.TotalSeconds),
                Orders = $"block{block}order",
                Inspect = check.Inspect,
            },
            clock);
        var visits = new SocketVisits(subject.Traffic, SocketVisitors, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        load.Recorder.BeginPhase(SubjectFigures.Outside, TimeSpan.Zero);
        var (sending, visiting) = (load.RunAsync(stop.Token), visits.RunAsync(stop.Token));
        try
        {
            await Task.Delay(options.Steady, clock, stop.Token);
            load.Recorder.BeginPhase(SubjectFigures.During, load.Elapsed);
            for (var number = 1; number <= switches; number++)
            {
                var (old, next, asked) = (subject.Revision, Revisions.First(r => r != subject.Revision), load.Elapsed);
                var end = await subject.SwitchAsync(next, stop.Token);
                if (end.Problem is { } problem)
                {
                    figures.SwitchFailed();
                    context.Say($"  switch {number} to {next}: {problem}");
                    continue;
                }

                var switched = check.LastOf(old) is { } last && last > asked ? last - asked : TimeSpan.Zero;
                figures.Switched(switched, end.Deployed, load.Elapsed - asked);
                context.Say($"  switch {number} to {next}: {switched.TotalMilliseconds:0} ms, deployed after {end.Deployed.TotalMilliseconds:0} ms, all over after {(load.Elapsed - asked).TotalMilliseconds:0} ms; failures so far {load.Recorder.Phases().Sum(p => p.Failures) + visits.Cut}");
            }

            load.Recorder.BeginPhase(SubjectFigures.Outside, load.Elapsed);
            await Task.Delay(options.Steady, clock, stop.Token);
            load.Finish();
            visits.Finish();
            var length = load.Elapsed;
            await Task.WhenAll(sending, visiting);
            figures.Add(load.Recorder.Phases(), visits, length);
            foreach (var (reason, times) in load.Recorder.Phases().SelectMany(p => p.Reasons)) context.Say($"  {times} × {reason}");
            if (visits.Cut > 0) context.Say($"  {visits.Cut} × a WebSocket was cut: {visits.Reason}");
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(sending, visiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static BenchResult Result(RolloutBenchOptions options, IReadOnlyList<SubjectFigures> figures)
    {
        var ours = figures[0];
        return new BenchResult(
            [.. figures.Select(f => f.Row())],
            [
                new BenchPromise($"{options.Switches} switches completed ({ours.Switches})", ours.Switches == options.Switches && ours.FailedSwitches == 0),
                new BenchPromise($"no failed request ({ours.Failed})", ours.Failed == 0),
                new BenchPromise($"no cut stream or WebSocket ({ours.Cut})", ours.Cut == 0),
                new BenchPromise($"no duplicated request, no lost order ({ours.Duplicated}, {ours.Lost})", ours is { Duplicated: 0, Lost: 0 }),
                new BenchPromise($"the load was as high as asked for: {ours.RequestsPerSecond:0} of {options.Rate:0} requests/s", ours.RequestsPerSecond >= options.Rate * 0.97),
            ]);
    }
}

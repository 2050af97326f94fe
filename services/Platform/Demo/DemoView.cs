using System.Globalization;
using Platform.CommandLine.Rendering;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Platform.CommandLine.Demo;

/// <summary>Shows a run while it goes: redrawn in a terminal, line by line elsewhere.</summary>
internal sealed class DemoView(DemoState state, DemoOptions options, Uri dashboard, Output output, TimeProvider clock)
{
    private const int BarWidth = 48;
    private const int EventLines = 8;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    /// <summary>Shows until cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => output.IsInteractive ? DrawAsync(ct) : PrintAsync(ct);

    private Task DrawAsync(CancellationToken ct) => output.Console.Live(Picture()).AutoClear(false).StartAsync(async live =>
    {
        while (!ct.IsCancellationRequested)
        {
            live.UpdateTarget(Picture());
            await Task.Delay(Redraw, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    private async Task PrintAsync(CancellationToken ct)
    {
        var (told, nextLine) = (0L, TimeSpan.Zero);
        while (!ct.IsCancellationRequested)
        {
            var missed = (int)Math.Min(EventLines * 4, state.EventCount - told);
            told = state.EventCount;
            foreach (var happened in state.LastEvents(missed)) output.Standard.WriteLine(EventLine.Of(happened));
            var elapsed = state.Load?.Elapsed ?? TimeSpan.Zero;
            if (state.Load is not null && elapsed >= nextLine)
            {
                output.Standard.WriteLine($"{Clock(elapsed)}  {Figures()}  {Replicas()}");
                nextLine = elapsed + LineEvery;
            }

            await Task.Delay(Redraw, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Rows Picture()
    {
        var elapsed = state.Load?.Elapsed ?? TimeSpan.Zero;
        var share = Math.Clamp(elapsed / options.Duration, 0, 1);
        var filled = (int)(share * BarWidth);
        var lines = new List<IRenderable>
        {
            new Text($"{options.Day.Name}, {options.Day.Length / options.Duration:0} times as fast"),
            new Text($"{Clock(elapsed)} {new string('━', filled)}{new string('─', BarWidth - filled)} {share:P0}  {state.Doing}"),
            new Text(""),
            new Markup("services   " + string.Join("  ", state.Services.Select(s => s.Status == "ready" ? $"[green]●[/] {s.Service}" : $"[yellow]○[/] {s.Service} ({Markup.Escape(s.Status)})"))),
            new Text($"load       {Figures()}"),
            new Text($"replicas   {Replicas()}"),
            new Text($"           {Sparkline.Of([.. state.Replicas().Select(p => (double)p.Serving)], BarWidth)}"),
            new Text(""),
        };
        lines.AddRange(state.LastEvents(EventLines).Select(e => (IRenderable)new Text(EventLine.Of(e)) { Overflow = Overflow.Ellipsis }));
        lines.Add(new Text(""));
        lines.Add(new Text($"dashboard  {dashboard}"));
        return new Rows(lines);
    }

    private string Clock(TimeSpan elapsed)
    {
        var moment = options.Day.Length * Math.Clamp(elapsed / options.Duration, 0, 1);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)moment.TotalHours:00}:{moment.Minutes:00}");
    }

    private string Figures()
    {
        if (state.Load is not { } load) return "not begun";
        var recent = load.Recorder.Recent(load.Elapsed);
        return $"{recent.Requests,4} requests/s  p95 {Durations.Milliseconds(recent.P95Seconds),9}  errors {recent.Failures}/s  in flight {load.InFlight}";
    }

    private string Replicas()
    {
        if (state.Application is not { } application) return "none yet";
        var revisions = application.Replicas.Where(r => r.State is not ("stopped" or "failed")).GroupBy(r => r.Revision)
            .Select(g => $"{g.Key} {g.Count(r => r.State == "ready")}/{g.Count()} ready, weight {application.Weights.GetValueOrDefault(g.Key)}");
        return string.Join("  |  ", revisions);
    }
}

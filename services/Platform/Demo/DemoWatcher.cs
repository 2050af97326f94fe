using Platform.CommandLine.Client;
using Platform.Contracts.Http;

namespace Platform.CommandLine.Demo;

/// <summary>Looks at the platform from outside, as any client can, and keeps the state up to date.</summary>
internal sealed class DemoWatcher(PlatformClient client, DemoState state, string application, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Watches until cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(WatchApplicationAsync(ct), WatchServicesAsync(ct), WatchEventsAsync(ct));

    private Task WatchApplicationAsync(CancellationToken ct) => RepeatAsync(Interval, async () =>
    {
        if (await client.FindAsync<ApplicationView>("deployment", ServiceRoutes.Application(application), ct) is { } view) state.Saw(view);
    }, ct);

    private Task WatchServicesAsync(CancellationToken ct) => RepeatAsync(TimeSpan.FromSeconds(1), async () =>
        state.Services = await Task.WhenAll(client.Addresses.Services.Select(service => client.HealthAsync(service.Name, ct))), ct);

    private Task WatchEventsAsync(CancellationToken ct)
    {
        var last = 0L;
        return RepeatAsync(TimeSpan.FromMilliseconds(500), async () =>
        {
            await foreach (var received in client.EventsAsync("healthmonitor", ServiceRoutes.EventStream, last, ct))
            {
                if (PlatformEvent.Of(received) is not { } happened || happened.Sequence <= last) continue;
                last = happened.Sequence;
                state.Saw(happened);
            }
        }, ct);
    }

    /// <summary>A look that fails is tried again: what counts is judged at the end, by what was seen.</summary>
    private async Task RepeatAsync(TimeSpan pause, Func<Task> look, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await look();
            }
            catch (CommandFailure failed)
            {
                state.Doing = failed.Message;
            }

            await Task.Delay(pause, clock, ct);
        }
    }
}

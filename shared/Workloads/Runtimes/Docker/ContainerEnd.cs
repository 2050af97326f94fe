using Platform.Effects;
using Platform.Workloads.Runtimes.Docker.Engine;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>Ends containers: asked first, then killed, then removed. Sees their end, however often the engine goes away meanwhile.</summary>
internal sealed class ContainerEnd(EngineClient engine, IEffects effects, TimeProvider clock)
{
    private const string Terminate = "SIGTERM", Kill = "SIGKILL";
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks it to end with its image's signal, and kills it after the grace.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="container">Its container.</param>
    /// <param name="grace">How long it has.</param>
    /// <param name="ended">Ends when it has.</param>
    /// <param name="ct">Cancels the waiting.</param>
    public async Task StopAsync(string replica, string container, TimeSpan grace, Task<ExitStatus> ended, CancellationToken ct)
    {
        if (await engine.GetAsync<ContainerDetails>($"containers/{container}/json", ct) is not { State.Running: true } details) return;
        var signal = string.IsNullOrEmpty(details.Config.StopSignal) ? Terminate : details.Config.StopSignal;
        await SignalAsync(replica, container, signal, ct);
        if (await EndsWithinAsync(ended, grace, ct)) return;
        await SignalAsync(replica, container, Kill, ct);
        if (!await EndsWithinAsync(ended, KillTimeout, ct)) throw new TimeoutException($"The container {container} of replica {replica} does not end after SIGKILL; it hangs in the kernel.");
    }

    /// <summary>How it ends. What is not there any more has ended, unknown how.</summary>
    public async Task<ExitStatus> WaitAsync(string container, CancellationToken ct)
    {
        try
        {
            return FollowedContainer.StatusOf((await AskAsync(() => engine.PostAsync<Waited>($"containers/{container}/wait?condition=not-running", null, ct, Timeout.InfiniteTimeSpan), ct)).StatusCode);
        }
        catch (EngineRefusedException refused) when (refused.Status == 404)
        {
            return ExitStatus.Unknown;
        }
    }

    /// <summary>Removes it with what only it used. What is gone is fine.</summary>
    public Task RemoveAsync(string replica, string container, CancellationToken ct) =>
        effects.PerformAsync(EffectKind.ProcessSignal, $"{replica} remove", () => engine.DeleteAsync($"containers/{container}?force=1&v=1", ct));

    /// <summary>Asks again until the engine answers.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception error) when (error is RuntimeUnavailableException or EngineRefusedException { Status: >= 500 })
            {
                await Task.Delay(Pause, clock, ct);
            }
        }
    }

    private async Task SignalAsync(string replica, string container, string signal, CancellationToken ct)
    {
        try
        {
            await effects.PerformAsync(EffectKind.ProcessSignal, $"{replica} {signal}", () => engine.PostAsync($"containers/{container}/kill?signal={signal}", null, ct));
        }
        catch (EngineRefusedException refused) when (refused.Status is 404 or 409)
        {
            // It ended meanwhile, which is what was wanted.
        }
    }

    /// <summary>Whether it ends in time.</summary>
    public async Task<bool> EndsWithinAsync(Task<ExitStatus> ended, TimeSpan time, CancellationToken ct)
    {
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(ended, Task.Delay(time, clock, waited.Token));
        ct.ThrowIfCancellationRequested();
        await waited.CancelAsync();
        return ended.IsCompleted;
    }
}

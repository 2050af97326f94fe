namespace Platform.HealthMonitor.Events;

/// <summary>Wakes those who wait for new events. Missing a call costs a poll interval, never an event: everyone reads from the log.</summary>
internal sealed class EventSignal(TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Pulse() => Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>What to wait for; take it before reading the log, so that nothing falls in between.</summary>
    public Task Next => _next.Task;

    /// <summary>Waits for a pulse, at most a second.</summary>
    public async Task WaitAsync(Task next, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(Poll, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Another process may have written: look all the same.
        }
    }
}

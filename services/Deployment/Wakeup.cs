namespace Platform.Deployment;

/// <summary>Wakes one waiter. A call that comes while nobody waits is kept, once.</summary>
internal sealed class Wakeup
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends the present wait, or the next one at once.</summary>
    public void Wake() => Volatile.Read(ref _next).TrySetResult();

    /// <summary>Waits until woken, or for <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var delay = Task.Delay(atMost, time, timeout.Token);
        await Task.WhenAny(_next.Task, delay);
        await timeout.CancelAsync();
        if (_next.Task.IsCompleted) Volatile.Write(ref _next, New());
        ct.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

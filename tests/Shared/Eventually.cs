namespace Platform.Testing;

/// <summary>Waits for what happens soon, with a deadline.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? deadline = null)
        => HoldsAsync(() => Task.FromResult(condition()), what, deadline);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan? deadline = null)
    {
        using var timeout = new CancellationTokenSource(deadline ?? Deadline);
        while (!await condition())
        {
            if (timeout.IsCancellationRequested) throw new TimeoutException($"Did not happen in time: {what}");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}

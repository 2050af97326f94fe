namespace Platform.Gateway.Forwarding;

/// <summary>
/// Bounds an application's retries, so that a failing replica set is not also flooded: each second brings a reserve plus a fifth of the
/// second's requests; unused retries add up to ten seconds' worth.
/// </summary>
internal sealed class RetryBudget(int reserve)
{
    private const int Seconds = 10;

    private int _left = reserve * Seconds;

    public int Left => Volatile.Read(ref _left);

    /// <summary>Takes one retry. False: there is none left.</summary>
    public bool TryTake()
    {
        var left = Volatile.Read(ref _left);
        while (left > 0)
        {
            var seen = Interlocked.CompareExchange(ref _left, left - 1, left);
            if (seen == left) return true;
            left = seen;
        }

        return false;
    }

    /// <summary>A second has passed.</summary>
    /// <param name="requests">Requests that ended in it.</param>
    public void Refill(long requests)
    {
        var more = reserve + (int)Math.Min(requests / 5, int.MaxValue / (4 * Seconds));
        var most = more * Seconds;
        var left = Volatile.Read(ref _left);
        while (left < most)
        {
            var seen = Interlocked.CompareExchange(ref _left, Math.Min(left + more, most), left);
            if (seen == left) return;
            left = seen;
        }
    }
}

namespace Platform.Gateway.Balancing;

/// <summary>
/// Numbers the choices of one kind, from any thread. Each kind has numbers of its own: a choice that skips a number depending on how
/// another one fell would bend the shares of a <see cref="WeightedSplit"/>.
/// </summary>
internal sealed class Turns
{
    private long _last = -1;

    /// <summary>The next number, from 0.</summary>
    public ulong Next() => (ulong)Interlocked.Increment(ref _last);
}

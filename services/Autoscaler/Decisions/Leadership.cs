using Platform.Storage;

namespace Platform.Autoscaler.Decisions;

/// <summary>The right to decide and to write the history: one instance has it at a time, by a lease in the module's database.</summary>
internal sealed class Leadership([FromKeyedServices(AutoscalerModule.Name)] Database database, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Lease? _lease;

    /// <summary>Counts the times it was taken: what was read before the last of them may be old.</summary>
    public int Term { get; private set; }

    /// <summary>True: this instance has it, as far as it knows.</summary>
    public bool IsHeld => _lease is not null;

    /// <summary>Takes it, or keeps it, if nobody else has it.</summary>
    public async Task<bool> HoldAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_lease is null)
            {
                _lease = await Lease.TryAcquireAsync(database, "decisions", _holder, Duration, time, cancellationToken);
                if (_lease is not null) Term++;
            }
            else if (_lease.ExpiresAt - time.GetUtcNow() < Duration / 2 && !await _lease.RenewAsync(cancellationToken))
            {
                _lease = null;
            }

            return _lease is not null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes the commit depend on it.</summary>
    /// <exception cref="LeaseLostException">Another instance has it.</exception>
    public Task AssertHeldAsync(Transaction transaction) => _lease is { } lease ? lease.AssertHeldAsync(transaction) : throw new LeaseLostException("decisions", 0);

    /// <summary>It was found to be another's.</summary>
    public void Lost() => _lease = null;

    public void Dispose() => _turn.Dispose();

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_lease is not { } lease) return;
        _lease = null;
        await lease.ReleaseAsync(cancellationToken);
    }
}

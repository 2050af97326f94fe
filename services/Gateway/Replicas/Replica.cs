using Platform.Contracts.Traffic;
using Platform.Gateway.Measuring;

namespace Platform.Gateway.Replicas;

/// <summary>
/// One replica as the gateway sees it: where it is, how many requests are under way to it, and whether it may still get new ones.
/// It outlives the tables that name it, so that its counts hold across table changes.
/// </summary>
/// <remarks>
/// Entering and retiring form a handshake without a lock. Who enters counts first and looks at the flag second; who retires sets the flag
/// first and looks at the count second. Both steps are full fences, so at least one of the two sees the other: a request is either counted
/// before the replica can be declared drained, or it turns away and chooses again.
/// </remarks>
internal sealed class Replica : IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private CancellationTokenSource _mirrorCut = new();
    private int _inFlight;
    private int _mirrored;
    private int _retired;

    public Replica(string application, string revision, ReplicaAddress address, GatewayOptions options, TimeProvider time)
    {
        Application = application;
        Revision = revision;
        Id = address.Id;
        Address = address.Address;
        Prefix = address.Address.GetLeftPart(UriPartial.Authority);
        Client = new ReplicaClient(options, time);
        Health = new ReplicaHealth(options, time);
        CutToken = _cut.Token;
    }

    public string Application { get; }

    public string Revision { get; }

    public string Id { get; }

    public Uri Address { get; }

    /// <summary>Scheme, host and port; a request's target is appended to it.</summary>
    public string Prefix { get; }

    public ReplicaClient Client { get; }

    public ReplicaHealth Health { get; }

    public TrafficCounters Counters { get; } = new();

    /// <summary>What became of the copies of other revisions' requests: apart, because no client sees them.</summary>
    public TrafficCounters Mirrored { get; } = new();

    /// <summary>Cancelled when the replica leaves the table: nobody waits for a copy's answer. Read it only while a copy is counted in.</summary>
    public CancellationToken MirrorToken => Volatile.Read(ref _mirrorCut).Token;

    /// <summary>Cancelled when the grace period of what is still under way has ended.</summary>
    public CancellationToken CutToken { get; }

    /// <summary>Everything under way, copies of requests included: what keeps the replica busy, and from being drained.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests of clients under way.</summary>
    public int Serving => Math.Max(0, InFlight - Volatile.Read(ref _mirrored));

    public bool IsRetired => Volatile.Read(ref _retired) != 0;

    public bool IsCut => CutToken.IsCancellationRequested;

    /// <summary>Called when the last request under way to a retired replica has ended.</summary>
    public Action? Emptied { get; set; }

    /// <summary>Counts a request in. False: the replica has left the table, choose again from the current one.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _inFlight);
        if (Volatile.Read(ref _retired) == 0) return true;
        Leave();
        return false;
    }

    /// <summary>Counts a request out.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0 && Volatile.Read(ref _retired) != 0) Emptied?.Invoke();
    }

    /// <summary>Counts a copy of a request in. False: the replica has left the table.</summary>
    public bool TryEnterMirrored()
    {
        if (!TryEnter()) return false;
        Interlocked.Increment(ref _mirrored);
        return true;
    }

    /// <summary>Counts a copy out.</summary>
    public void LeaveMirrored()
    {
        Interlocked.Decrement(ref _mirrored);
        Leave();
    }

    /// <summary>
    /// From now on nobody enters, and the copies under way end. Call it after the table that no longer names the replica is in force;
    /// never at the same time as <see cref="Return"/>.
    /// </summary>
    public void Retire()
    {
        Interlocked.Exchange(ref _retired, 1);
        _mirrorCut.Cancel();
    }

    /// <summary>The replica is named by a table again. Call it before that table is in force.</summary>
    public void Return()
    {
        // The old source is left to those who still hold its token.
        Volatile.Write(ref _mirrorCut, new CancellationTokenSource());
        Interlocked.Exchange(ref _retired, 0);
    }

    /// <summary>Ends everything under way.</summary>
    public void Cut() => _cut.Cancel();

    public void Dispose()
    {
        Client.Dispose();
        _cut.Dispose();
        _mirrorCut.Dispose();
    }
}

using Platform.Effects;

namespace Platform.Testing;

/// <summary>
/// Counts the effects that pass and, when told to, dies before or after the n-th (from 1): from then on nothing passes any more, as if
/// the process were gone.
/// </summary>
internal sealed class KillingEffects(int killAt = 0, bool after = false) : IEffects
{
    private readonly Lock _gate = new();
    private readonly List<(EffectKind Kind, string What)> _passed = [];
    private bool _dead;

    /// <summary>Dies before the first effect for which this says so.</summary>
    public Func<EffectKind, string, bool>? KillBefore { get; set; }

    public IReadOnlyList<(EffectKind Kind, string What)> Passed
    {
        get
        {
            lock (_gate) return [.. _passed];
        }
    }

    public bool Dead
    {
        get
        {
            lock (_gate) return _dead;
        }
    }

    /// <summary>Dies at once.</summary>
    public void Kill()
    {
        lock (_gate) _dead = true;
    }

    public void Before(EffectKind kind, string what)
    {
        lock (_gate)
        {
            if (!after && _passed.Count + 1 == killAt) _dead = true;
            if (KillBefore?.Invoke(kind, what) == true) _dead = true;
            if (_dead) throw new KilledException($"before {kind} {what}");
            _passed.Add((kind, what));
        }
    }

    public void After(EffectKind kind, string what)
    {
        lock (_gate)
        {
            if (!_dead && after && _passed.Count == killAt) _dead = true;
            if (_dead) throw new KilledException($"after {kind} {what}");
        }
    }

    public int Torn(string what, int length) => length;
}

/// <summary>The process is dead, as far as the code under test can tell.</summary>
internal sealed class KilledException(string where) : Exception($"Killed {where}.");

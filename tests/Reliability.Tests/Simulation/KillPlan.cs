using System.Collections.Concurrent;
using Platform.Effects;
using Platform.Testing.DeploymentWorld;

namespace Platform.Reliability.Simulation;

/// <summary>The gate of one life: writes down what passes, and kills at the point it was given, or at the n-th passing of any.</summary>
internal sealed class KillPlan(KillPoint? point = null, int nth = 0, Action? alsoBefore = null, Action<KillPoint>? watch = null) : IEffects
{
    private readonly ConcurrentDictionary<(Side, EffectKind, string), int> _counts = [];
    private readonly ConcurrentQueue<KillPoint> _passed = [];
    private int _number;

    /// <summary>Every side of every effect that passed, in order.</summary>
    public IReadOnlyList<KillPoint> Passed => [.. _passed];

    /// <summary>Where it killed; null: it has not.</summary>
    public KillPoint? Killed { get; private set; }

    public void Before(EffectKind kind, string what) => Pass(Side.Before, kind, what);

    public void After(EffectKind kind, string what) => Pass(Side.After, kind, what);

    public int Torn(string what, int length) => length;

    private void Pass(Side side, EffectKind kind, string what)
    {
        var name = KillPoint.NameOf(what);
        var here = new KillPoint(side, kind, name, _counts.AddOrUpdate((side, kind, name), 1, (_, n) => n + 1));
        _passed.Enqueue(here);
        watch?.Invoke(here);
        if (here != point && Interlocked.Increment(ref _number) != nth) return;
        Killed = here;
        alsoBefore?.Invoke();
        throw new KilledException(here.ToString());
    }
}

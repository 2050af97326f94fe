using Platform.Effects;

namespace Workloads.Tests.Runtimes;

/// <summary>Notes every effect that is about to happen.</summary>
internal sealed class RecordedEffects : IEffects
{
    private readonly List<string> _seen = [];

    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_seen) return [.. _seen];
        }
    }

    public void Before(EffectKind kind, string what)
    {
        lock (_seen) _seen.Add($"{kind} {what}");
    }

    public void After(EffectKind kind, string what)
    {
    }

    public int Torn(string what, int length) => length;
}

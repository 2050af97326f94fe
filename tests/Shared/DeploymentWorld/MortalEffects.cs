using Platform.Effects;

namespace Platform.Testing.DeploymentWorld;

/// <summary>Thrown where a killed service would have gone on.</summary>
internal sealed class KilledException(string at) : Exception($"Killed at {at}.");

/// <summary>
/// The gate of one life of a service. After <see cref="Kill"/> nothing passes any more: whatever the dying code still tries does not
/// reach the world. A kill plan wraps <paramref name="plan"/> around: it counts, and kills (by throwing) where it wants to.
/// </summary>
/// <param name="plan">Called at each effect that a living service performs, before and after it and for each file write.</param>
internal sealed class MortalEffects(IEffects? plan = null) : IEffects
{
    private volatile string? _killedAt;

    /// <summary>True: dead.</summary>
    public bool IsDead => _killedAt is not null;

    /// <summary>From now on nothing passes.</summary>
    public void Kill(string at = "a moment of the test's choosing") => _killedAt ??= at;

    public void Before(EffectKind kind, string what) => Pass(() => plan?.Before(kind, what));

    public void After(EffectKind kind, string what) => Pass(() => plan?.After(kind, what));

    public int Torn(string what, int length)
    {
        var written = length;
        Pass(() => written = plan?.Torn(what, length) ?? length);
        return written;
    }

    private void Pass(Action step)
    {
        if (_killedAt is { } at) throw new KilledException(at);
        try
        {
            step();
        }
        catch (KilledException death)
        {
            Kill(death.Message);
            throw;
        }
    }
}

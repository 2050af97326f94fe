namespace Platform.Effects;

/// <summary>The kinds of things a service does to the world. Nothing else reaches outside the process.</summary>
public enum EffectKind
{
    /// <summary>A statement that changes rows inside a transaction.</summary>
    DatabaseExecute,
    /// <summary>The commit of a transaction.</summary>
    DatabaseCommit,
    /// <summary>A message handed to the broker.</summary>
    BusPublish,
    /// <summary>A message acknowledged to the broker.</summary>
    BusAcknowledge,
    /// <summary>A process, container or workload started.</summary>
    ProcessStart,
    /// <summary>A process, container or workload signalled, stopped or removed.</summary>
    ProcessSignal,
    /// <summary>Bytes written to a file and flushed to the disk.</summary>
    FileWrite,
    /// <summary>A file renamed into place.</summary>
    FileRename,
    /// <summary>A request sent to somebody else's server.</summary>
    HttpSend,
}

/// <summary>
/// The gate that every effect passes. In production it lets everything through; the reliability tests put in one that counts
/// the effects of a scenario and then kills the process before, after or in the middle of the n-th (docs/reliability.md).
/// </summary>
public interface IEffects
{
    /// <summary>Called just before the effect. Throws, or never returns, to kill.</summary>
    /// <param name="kind">What is about to happen.</param>
    /// <param name="what">To what: a table, message type, replica id, path.</param>
    void Before(EffectKind kind, string what);

    /// <summary>Called when the effect has been applied and before anyone sees its answer.</summary>
    /// <param name="kind">What has happened.</param>
    /// <param name="what">To what.</param>
    void After(EffectKind kind, string what);

    /// <summary>How many of the <paramref name="length"/> bytes of a file write reach the disk; fewer means a torn write, after which the process is dead.</summary>
    /// <param name="what">The path.</param>
    /// <param name="length">Bytes to be written.</param>
    int Torn(string what, int length);
}

/// <summary>Lets every effect through.</summary>
public sealed class UnhinderedEffects : IEffects
{
    /// <summary>The only one needed.</summary>
    public static UnhinderedEffects Instance { get; } = new();

    /// <inheritdoc/>
    public void Before(EffectKind kind, string what)
    {
    }

    /// <inheritdoc/>
    public void After(EffectKind kind, string what)
    {
    }

    /// <inheritdoc/>
    public int Torn(string what, int length) => length;
}

/// <summary>Wraps effects so that callers cannot forget one side of the gate.</summary>
public static class EffectsExtensions
{
    /// <summary>Performs one effect between <see cref="IEffects.Before"/> and <see cref="IEffects.After"/>.</summary>
    public static async Task<T> PerformAsync<T>(this IEffects effects, EffectKind kind, string what, Func<Task<T>> effect)
    {
        effects.Before(kind, what);
        var result = await effect();
        effects.After(kind, what);
        return result;
    }

    /// <inheritdoc cref="PerformAsync{T}"/>
    public static async Task PerformAsync(this IEffects effects, EffectKind kind, string what, Func<Task> effect)
    {
        effects.Before(kind, what);
        await effect();
        effects.After(kind, what);
    }

    /// <inheritdoc cref="PerformAsync{T}"/>
    public static T Perform<T>(this IEffects effects, EffectKind kind, string what, Func<T> effect)
    {
        effects.Before(kind, what);
        var result = effect();
        effects.After(kind, what);
        return result;
    }
}

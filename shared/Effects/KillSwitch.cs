using System.Globalization;
using System.Runtime.InteropServices;

namespace Platform.Effects;

/// <summary>
/// For the kill tests with real processes: counts the effects that pass and kills this very process (SIGKILL, no clean-up of any kind)
/// at the n-th. There only if the environment asks for it, which nothing but a test does; otherwise nothing is counted.
/// </summary>
public sealed partial class KillSwitch : IEffects
{
    /// <summary>The environment variable: <c>n</c> kills before the n-th effect, <c>n:after</c> after it.</summary>
    public const string Variable = "PLATFORM_TEST_KILL_AT_EFFECT";

    private const int Kill = 9;
    private readonly long _at;
    private readonly bool _after;
    private long _passed;

    private KillSwitch(long at, bool after)
    {
        _at = at;
        _after = after;
    }

    /// <summary>What the environment asks for: the switch, or effects that all pass.</summary>
    public static IEffects OrUnhindered()
    {
        var parts = (Environment.GetEnvironmentVariable(Variable) ?? "").Split(':');
        return long.TryParse(parts[0], CultureInfo.InvariantCulture, out var at) && at > 0
            ? new KillSwitch(at, parts is [_, "after"])
            : UnhinderedEffects.Instance;
    }

    /// <inheritdoc/>
    public void Before(EffectKind kind, string what)
    {
        if (Interlocked.Increment(ref _passed) == _at && !_after) Die();
    }

    /// <inheritdoc/>
    public void After(EffectKind kind, string what)
    {
        if (_after && Interlocked.Read(ref _passed) >= _at) Die();
    }

    /// <inheritdoc/>
    public int Torn(string what, int length) => length;

    private static void Die() => _ = kill(Environment.ProcessId, Kill);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}

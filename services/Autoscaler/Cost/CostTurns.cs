namespace Platform.Autoscaler.Cost;

/// <summary>
/// When what is due of an application. Seconds are settled several in one pass, in a large fleet; what is done once a minute is done for a sixtieth of
/// the fleet each second: the work is even, and decisions never wait for all of it. For one thread.
/// </summary>
internal sealed class CostTurns
{
    /// <summary>Applications whose seconds are settled as soon as they can be.</summary>
    public const int SmallFleet = 100;

    /// <summary>The most seconds that are settled in one pass, but after a delay.</summary>
    public const int LongestPass = 10;

    /// <summary>The parts of the fleet that are looked at one after the other within a second.</summary>
    public const int Slices = 10;

    /// <summary>How often it is written down.</summary>
    public static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(1);

    private long _saved = long.MinValue;
    private long _sampled = long.MinValue;

    /// <summary>Spreads the fleet over the turns.</summary>
    public int Number { get; set; }

    /// <summary>Seconds up to this one are settled; null: none.</summary>
    public DateTimeOffset? SettledThrough { get; set; }

    /// <summary>Seconds up to this one could have been settled when it was last looked at.</summary>
    public DateTimeOffset? LookedThrough { get; set; }

    /// <summary>Seconds between two passes over an application of a fleet of this size.</summary>
    public static int Pass(int fleet) => fleet <= SmallFleet ? 1 : LongestPass;

    /// <summary>The part of the fleet it belongs to.</summary>
    public int Slice => Number % Slices;

    /// <summary>True: its seconds up to this one are to be settled.</summary>
    public bool IsToSettle(DateTimeOffset through, int pass) =>
        SettledThrough is not { } settled || settled > through || (through - settled).TotalSeconds >= pass || IsTurn(through.ToUnixTimeSeconds(), pass);

    /// <summary>True, once a minute: it is to be written down.</summary>
    public bool IsToSave(DateTimeOffset now) => IsDue(ref _saved, now.ToUnixTimeSeconds(), (long)SaveEvery.TotalSeconds);

    /// <summary>True, once in this time: it is to be sampled.</summary>
    public bool IsToSample(DateTimeOffset now, TimeSpan every) => IsDue(ref _sampled, now.ToUnixTimeSeconds(), (long)every.TotalSeconds);

    /// <summary>The clock was set back: nothing waits until it has caught up.</summary>
    public void StepBack() => (_saved, _sampled) = (long.MinValue, long.MinValue);

    /// <summary>Late turns do not bring those together that were spread: the next one comes when it would have come.</summary>
    private bool IsDue(ref long last, long second, long every)
    {
        var spread = second - (Number / Slices % every);
        if (last == long.MinValue) last = spread;
        if (second - last < every) return false;
        last = second - last < 2 * every ? last + every : spread;
        return true;
    }

    private bool IsTurn(long second, long every) => (second + (Number / Slices)) % every == 0;
}

namespace Platform.Autoscaler.RightSizing;

/// <summary>What becomes of a replica's size.</summary>
internal enum SizeVerdict
{
    /// <summary>Too little was measured to say anything. No number is given.</summary>
    NotEnoughData,

    /// <summary>What is reserved is right, or not worth a change.</summary>
    Keep,

    /// <summary>More is reserved than is used.</summary>
    Shrink,

    /// <summary>More is used than is reserved.</summary>
    Grow,

    /// <summary>Nothing is reserved: this is what to reserve.</summary>
    Set,
}

/// <summary>One resource of a replica: what is reserved, what would be right, and why.</summary>
internal sealed record ResourceAdvice
{
    public required SizeVerdict Verdict { get; init; }

    /// <summary>What the manifest reserves, cores or bytes; null: nothing.</summary>
    public double? Reserved { get; init; }

    /// <summary>What to reserve; null: not known, or what is reserved stays.</summary>
    public double? Recommended { get; init; }

    /// <summary>Anything from here on is defensible, given what is known; null: not known.</summary>
    public double? Lower { get; init; }

    /// <summary>More than this is waste, given what is known; the less is known, the wider. Null: not known.</summary>
    public double? Upper { get; init; }

    /// <summary>True: what was used is less than the smallest size that is ever recommended, so <see cref="Recommended"/> is that and not a measurement.</summary>
    public bool IsFloor { get; init; }

    /// <summary>Why, in one sentence with numbers.</summary>
    public required string Reason { get; init; }
}

/// <summary>What size a replica should have.</summary>
internal sealed record SizeRecommendation
{
    public required ResourceAdvice Cpu { get; init; }

    public required ResourceAdvice Memory { get; init; }

    /// <summary>0: nothing is known, to 1: a week was measured. How much what it rests on is worth.</summary>
    public required double Confidence { get; init; }

    /// <summary>How much measured time it rests on.</summary>
    public required TimeSpan Measured { get; init; }

    /// <summary>Since when; null: nothing was measured.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Replicas that ended out of memory.</summary>
    public long OutOfMemory { get; init; }

    /// <summary>True: there is something to do.</summary>
    public bool Changes => Cpu.Verdict is not (SizeVerdict.Keep or SizeVerdict.NotEnoughData) || Memory.Verdict is not (SizeVerdict.Keep or SizeVerdict.NotEnoughData);
}

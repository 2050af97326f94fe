using System.Globalization;

namespace Platform.Autoscaler.RightSizing;

/// <summary>What a replica reserves, and what the horizontal scaler holds.</summary>
/// <param name="Cpu">Cores reserved; null: none.</param>
/// <param name="Memory">Bytes reserved; null: none.</param>
/// <param name="CpuTarget">The share of the reserved cores that the horizontal scaler holds; null: it does not go by cpu.</param>
/// <param name="MemoryTarget">The share of the reserved memory that it holds; null: it does not go by memory.</param>
internal sealed record ReplicaSize(double? Cpu, double? Memory, double? CpuTarget = null, double? MemoryTarget = null);

/// <summary>
/// How large a replica should be, from what replicas used. Pure; the numbers are those of the Kubernetes VerticalPodAutoscaler where
/// nothing is said: target p90, upper bound p95, lower bound p50, 15 % on top, bounds widened while little is known.
/// <para>
/// Together with horizontal scaling by a share of the size, "usage plus 15 %" is a spiral: the scaler holds usage at 70 % of the size, the
/// size becomes 80 % of what it was, the scaler starts more replicas, each uses less, and so on. Three rules make it stand still:
/// </para>
/// <list type="number">
/// <item>The size is usage ÷ the target: a replica that uses what sufficed for 90 % of the time is then exactly at the target.</item>
/// <item>It shrinks only if there were as few replicas as are allowed for 90 % of the time: only there is low usage not the scaler's doing.
/// Having shrunk, that time is still within the target, so the scaler stays where it was, and the next answer is the same.</item>
/// <item>It grows only if there were as many replicas as are allowed for 10 % of the time: otherwise the scaler can answer, and does.</item>
/// </list>
/// </summary>
internal static class SizeRecommender
{
    /// <summary>Reserved on top of what was used, where no horizontal target leaves room already.</summary>
    public const double Margin = 0.15;

    /// <summary>Differences smaller than this are not worth a restart of every replica.</summary>
    public const double WorthIt = 0.1;

    /// <summary>No size below this is recommended: 10 thousandths of a core and 32 MiB.</summary>
    public const double LeastCores = 0.01, LeastBytes = 32.0 * 1024 * 1024;

    private const double TargetPercentile = 0.9, UpperPercentile = 0.95, LowerPercentile = 0.5;
    private const double Often = 0.9, Seldom = 0.1;
    private const double FullConfidenceDays = 7;

    /// <summary>The recommendation.</summary>
    /// <param name="usage">What was used.</param>
    /// <param name="size">What is reserved now.</param>
    /// <param name="now">The time.</param>
    /// <param name="leastHistory">Less than so much measured time says nothing.</param>
    public static SizeRecommendation Recommend(UsageProfile usage, ReplicaSize size, DateTimeOffset now, TimeSpan leastHistory)
    {
        // As much as was measured, and over as long a time: what one afternoon filled knows nothing of the night.
        var measured = UsageProfile.SampleLength * usage.Samples;
        var days = Math.Min(measured.TotalDays, usage.Since is { } since ? (now - since + UsageProfile.SampleLength).TotalDays : 0);
        var isEnough = TimeSpan.FromDays(days) >= leastHistory;
        return new SizeRecommendation
        {
            Cpu = isEnough ? Cpu(usage, size, days) : Unknown(size.Cpu, usage, leastHistory),
            Memory = isEnough && usage.MemoryPeak > 0 ? Memory(usage, size, days) : Unknown(size.Memory, usage, leastHistory),
            Confidence = Math.Min(days / FullConfidenceDays, 1),
            Measured = measured,
            Since = usage.Since,
            OutOfMemory = usage.OutOfMemory,
        };
    }

    private static ResourceAdvice Cpu(UsageProfile usage, ReplicaSize size, double days)
    {
        var used = usage.Cpu(TargetPercentile);
        var room = size.CpuTarget is { } target ? 1 / target : 1 + Margin;
        var words = $"In 90 % of the time a replica used at most {Cores(used)}, in 95 % {Cores(usage.Cpu(UpperPercentile))}; "
            + (size.CpuTarget is { } held ? $"÷ {Percent(held)} that the horizontal scaler holds" : "+ 15 %");
        return Advise(used * room, (usage.Cpu(LowerPercentile) * room, usage.Cpu(UpperPercentile) * room), size.Cpu, LeastCores, size.CpuTarget, usage, days, words, Cores);
    }

    private static ResourceAdvice Memory(UsageProfile usage, ReplicaSize size, double days)
    {
        var room = size.MemoryTarget is { } target ? 1 / target : 1 + Margin;
        var peak = usage.Memory(TargetPercentile);
        var words = $"90 % of the daily peaks stayed within {Bytes(peak)} per replica, the highest was {Bytes(usage.MemoryPeak)}"
            + (usage.OutOfMemory > 0 ? $", {usage.OutOfMemory} ended out of memory (counted as 20 % and at least 100 MiB more than was seen)" : "")
            + (size.MemoryTarget is { } held ? $"; ÷ {Percent(held)} that the horizontal scaler holds" : "; + 15 %");

        // What is reserved of memory is not given back when more replicas share the load: it is no part of the spiral.
        return Advise(peak * room, (usage.Memory(LowerPercentile) * room, usage.Memory(UpperPercentile) * room), size.Memory, LeastBytes, null, usage, days, words, Bytes);
    }

    private static ResourceAdvice Advise(
        double right, (double Lower, double Upper) bounds, double? reserved, double least, double? heldShare, UsageProfile usage, double days, string words, Func<double, string> text)
    {
        var isFloor = right < least;
        var recommended = Math.Max(right, least);
        var (verdict, kept) = Judge(recommended, reserved, heldShare is not null, usage);
        var reason = verdict switch
        {
            SizeVerdict.Set => $"Nothing is reserved; {words} is {text(recommended)}.",
            SizeVerdict.Keep => $"{words} is {text(recommended)}, {text(reserved!.Value)} is reserved: {kept}.",
            _ => $"{words} is {text(recommended)}, {text(reserved!.Value)} is reserved.",
        };
        if (isFloor && verdict is not SizeVerdict.Keep) reason += $" That is the smallest size ever recommended, not a measurement: less than {text(least)} was used.";
        return new ResourceAdvice
        {
            Verdict = verdict,
            Reserved = reserved,
            Recommended = verdict is SizeVerdict.Keep ? null : recommended,
            Lower = Math.Max(bounds.Lower * Math.Pow(1 + (0.001 / days), -2), least),
            Upper = Math.Max(bounds.Upper * (1 + (1 / days)), least),
            IsFloor = isFloor && verdict is not SizeVerdict.Keep,
            Reason = reason,
        };
    }

    private static (SizeVerdict Verdict, string Kept) Judge(double recommended, double? reserved, bool isScaledByIt, UsageProfile usage)
    {
        if (reserved is not { } now) return (SizeVerdict.Set, "");
        if (Math.Abs(recommended - now) < WorthIt * now) return (SizeVerdict.Keep, "less than 10 % apart");
        if (!isScaledByIt) return (recommended < now ? SizeVerdict.Shrink : SizeVerdict.Grow, "");
        if (recommended < now)
        {
            return usage.ShareAtFewest >= Often
                ? (SizeVerdict.Shrink, "")
                : (SizeVerdict.Keep, $"the horizontal scaler, which goes by it, had more replicas than the fewest in {Percent(1 - usage.ShareAtFewest)} of the time, so a smaller size would only be answered by more replicas");
        }

        return usage.ShareAtMost >= Seldom
            ? (SizeVerdict.Grow, "")
            : (SizeVerdict.Keep, $"the horizontal scaler, which goes by it, still had replicas to add in {Percent(1 - usage.ShareAtMost)} of the time");
    }

    private static ResourceAdvice Unknown(double? reserved, UsageProfile usage, TimeSpan leastHistory) => new()
    {
        Verdict = SizeVerdict.NotEnoughData,
        Reserved = reserved,
        Reason = string.Create(CultureInfo.InvariantCulture, $"Not enough data: {(UsageProfile.SampleLength * usage.Samples).TotalHours:0.##} hours were measured, {leastHistory.TotalHours:0.##} are needed."),
    };

    private static string Cores(double cores) => string.Create(CultureInfo.InvariantCulture, $"{cores:0.###} cores");

    private static string Bytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024 / 1024:0.#} MiB");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}

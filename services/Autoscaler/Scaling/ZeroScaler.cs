using System.Globalization;
using Platform.Contracts.Scaling;

namespace Platform.Autoscaler.Scaling;

/// <summary>From one replica to none when nobody has asked for long, and back when somebody waits at the gateway. Pure.</summary>
internal static class ZeroScaler
{
    /// <returns>Null: it is no matter of none or some.</returns>
    public static ScalingDecision? Decide(ScalingInput input, ForecastEstimate? forecast)
    {
        var settings = input.Settings;
        if (input.Current == 0 && (settings.ZeroAfter is not null || (settings.Min == 0 && Active(input) is not null))) return Wake(input, forecast);
        if (input.Current == 0 || settings.ZeroAfter is not { } zeroAfter) return null;
        if (settings.Min > 0 || input.IdleFor is not { } idle || idle < zeroAfter || input.Waiting > 0) return null;

        var ahead = settings.Mode is ScalingMode.Reactive ? 0 : forecast?.Replicas ?? 0;
        return ahead > 0 && forecast!.Demand >= 1
            ? null
            : To(input, 0, $"Nobody has asked for {idle.TotalSeconds:0} s, longer than scaling.zeroAfter ({zeroAfter.TotalSeconds:0} s); the gateway holds the next request until a replica serves it.");
    }

    private static ScalingDecision Wake(ScalingInput input, ForecastEstimate? forecast)
    {
        var settings = input.Settings;
        if (settings.Min > 0) return To(input, settings.Min, $"The minimum is {settings.Min} now.");
        var wanted = settings.Mode is ScalingMode.Reactive || forecast is not { Demand: >= 1 } ? 0 : Math.Min(forecast.Replicas, settings.Max);
        if (input.Waiting > 0) return To(input, Math.Max(1, wanted), $"{input.Waiting:0} requests wait at the gateway, and it has no replica.");
        if (Active(input) is { } active)
        {
            return To(input, Math.Max(1, wanted), string.Create(
                CultureInfo.InvariantCulture, $"{active.Name} is {active.Total:0.###}, above its activation of {active.Activation:0.###}, and nothing works on it."));
        }

        // Turned away, or gone before anybody counted those who wait: somebody asks all the same.
        if (input.Asked > 0) return To(input, Math.Max(1, wanted), $"{input.Asked:0} requests came in the last seconds, and it has no replica.");
        return wanted > 0
            ? To(input, wanted, $"{forecast!.Demand:0.#} requests per second are forecast for when a replica started now would serve.")
            : HorizontalScaler.Unchanged(input, ScalingOutcome.Keep, "It rests at 0 replicas: nobody asks.");
    }

    /// <summary>A source that says there is work.</summary>
    private static MetricReading? Active(ScalingInput input) => input.Metrics.FirstOrDefault(metric => metric.IsActive is true);

    private static ScalingDecision To(ScalingInput input, int desired, string reason) => new()
    {
        At = input.Now,
        Outcome = ScalingOutcome.Scale,
        Current = input.Current,
        Desired = desired,
        Recommended = desired,
        Stabilized = desired,
        Reason = reason,
    };
}

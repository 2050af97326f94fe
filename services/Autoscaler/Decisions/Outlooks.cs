using Platform.Autoscaler.Scaling;

namespace Platform.Autoscaler.Decisions;

/// <summary>What the forecast asks for, by application.</summary>
internal sealed class Outlooks
{
    /// <returns>The estimate, or why there is none.</returns>
    public (ForecastEstimate? Forecast, string NoForecast) Of(TrackedApplication application, ScalingInput input) =>
        (null, $"There is no forecast of {application.Name} yet: decided by what is measured now, {input.Now:HH:mm:ss} UTC.");
}

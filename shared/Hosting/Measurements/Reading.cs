namespace Platform.Hosting.Measurements;

/// <summary>What a source answered: a finite value, or why there is none.</summary>
/// <param name="Value">The value; null: there is none.</param>
/// <param name="Problem">Why; null: there is one.</param>
public sealed record Reading(double? Value, string? Problem)
{
    /// <summary>A number that may be none.</summary>
    public static Reading Of(double value) => double.IsFinite(value) ? new Reading(value, null) : None($"it answered {(double.IsNaN(value) ? "NaN, which is no number: does it divide by zero, or are there no requests yet?" : "an infinite number")}");

    /// <summary>No value.</summary>
    public static Reading None(string problem) => new(null, problem);
}

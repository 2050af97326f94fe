namespace Platform.Autoscaler.Forecasting.Calendars;

/// <summary>A time that is known beforehand to be unlike others: a holiday, a sale, a match.</summary>
/// <param name="Name">What it is; spans of the same name are taken to be alike, so that the next one is forecast from the past ones.</param>
/// <param name="From">Its first moment.</param>
/// <param name="To">The first moment after it.</param>
/// <param name="Factor">What to expect in it as a multiple of the usual, where someone knows; otherwise it is learned.</param>
internal sealed record SpecialSpan(string Name, DateTimeOffset From, DateTimeOffset To, double? Factor = null);

namespace Platform.CommandLine.Load;

/// <summary>
/// Demand over a day, as mean requests per minute in slots of equal length.
/// </summary>
/// <param name="Name">Where the figures come from, for people.</param>
/// <param name="SlotLength">Length of a slot in the day's own time.</param>
/// <param name="RequestsPerMinute">The mean of each slot.</param>
internal sealed record DayTrace(string Name, TimeSpan SlotLength, IReadOnlyList<double> RequestsPerMinute)
{
    /// <summary>
    /// The NASA Kennedy web server on 13 July 1995, the day of a shuttle launch at 9:42 (Internet Traffic Archive, NASA-HTTP):
    /// 96 quarter-hour means. The zero is an outage of the server's, kept as it is.
    /// </summary>
    public static DayTrace LaunchDay { get; } = new("NASA Kennedy web server, 13 July 1995", TimeSpan.FromMinutes(15),
    [
        55, 59, 57, 53, 60, 50, 59, 54, 57, 56, 43, 41, 36, 37, 50, 44, 46, 25, 41, 33, 47, 43, 45, 45, 40, 55, 73, 78, 79, 112, 122, 90,
        128, 205, 232, 206, 281, 201, 236, 278, 217, 150, 156, 158, 174, 161, 162, 153, 162, 159, 122, 126, 95, 129, 125, 140, 139, 115, 121, 123, 108, 124, 122, 133,
        135, 118, 122, 103, 39, 45, 77, 78, 81, 76, 79, 68, 42, 62, 47, 0, 21, 44, 43, 49, 65, 64, 48, 69, 63, 53, 53, 55, 49, 73, 55, 51,
    ]);

    /// <summary>The length of all slots together, in the day's own time.</summary>
    public TimeSpan Length => SlotLength * RequestsPerMinute.Count;

    /// <summary>The busiest slot's mean.</summary>
    public double Peak => RequestsPerMinute.Max();
}

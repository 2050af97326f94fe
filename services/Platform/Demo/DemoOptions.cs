using Platform.CommandLine.Load;

namespace Platform.CommandLine.Demo;

/// <summary>What the demonstration replays and ships.</summary>
internal sealed record DemoOptions
{
    /// <summary>How long the day takes. Default 170 s: with start and end about three minutes.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(170);
    /// <summary>Requests per second in the day's busiest slot. Default 320: six to seven replicas at the manifest's target of 50.</summary>
    public double Peak { get; init; } = 320;
    /// <summary>The day.</summary>
    public DayTrace Day { get; init; } = DayTrace.LaunchDay;
    /// <summary>Seed of the arrivals.</summary>
    public int Seed { get; init; } = 1995;
    /// <summary>The manifest that runs in the morning.</summary>
    public required string First { get; init; }
    /// <summary>The manifest shipped under load.</summary>
    public required string Second { get; init; }
    /// <summary>The broken one.</summary>
    public required string Third { get; init; }
    /// <summary>Go on after the summary until Ctrl-C.</summary>
    public bool Keeps { get; init; }
    /// <summary>The figures are written here too.</summary>
    public string? JsonFile { get; init; }

    /// <summary>The second revision ships when this share of the day has passed: 7:30, in the ramp before the launch.</summary>
    public const double SecondShipsAt = 30.0 / 96;
    /// <summary>The third one: 13:00, in the calm after it.</summary>
    public const double ThirdShipsAt = 52.0 / 96;
}

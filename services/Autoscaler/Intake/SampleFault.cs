namespace Platform.Autoscaler.Intake;

/// <summary>What can be wrong with a measurement.</summary>
internal enum SampleFault
{
    /// <summary>Not a number, or infinite. The sample is dropped.</summary>
    NotANumber,

    /// <summary>Below zero where nothing can be. The sample is dropped.</summary>
    Negative,

    /// <summary>The same batch again: delivery is at least once. It is dropped.</summary>
    Duplicate,

    /// <summary>Dated ahead of the clock. The batch is dropped.</summary>
    Future,

    /// <summary>Older than one of the same source before it, but in time: it is used.</summary>
    OutOfOrder,

    /// <summary>So old that its minute is over. It is dropped.</summary>
    Late,

    /// <summary>The clock was set, ahead or back, by more than two seconds.</summary>
    ClockStep,

    /// <summary>Beyond what is kept: too many series or applications, or names that are too long.</summary>
    BeyondBounds,
}

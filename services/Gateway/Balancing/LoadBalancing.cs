namespace Platform.Gateway.Balancing;

/// <summary>How a replica is chosen among those of a revision.</summary>
internal enum LoadBalancing
{
    /// <summary>The one with the fewest requests under way.</summary>
    LeastRequests,

    /// <summary>The less busy of two chosen at random (Mitzenmacher 2001): nearly as even, without looking at all of them.</summary>
    PowerOfTwoChoices,

    /// <summary>One after the other.</summary>
    RoundRobin,
}

namespace Platform.Benchmarks.Rollout;

/// <summary>What replaces one revision of the Storefront by another under load.</summary>
internal interface IRolloutSubject : IAsyncDisposable
{
    string Name { get; }

    string Strategy { get; }

    /// <summary>Where visitors go.</summary>
    Uri Traffic { get; }

    /// <summary>Part of a switch that is waiting, as declared: watching, monitoring, steps.</summary>
    TimeSpan DeclaredWaits { get; }

    /// <summary>The revision that serves.</summary>
    string Revision { get; }

    /// <summary>
    /// Replaces the serving revision: new replicas healthy, traffic to them, old replicas stopped when nothing is under way to them.
    /// </summary>
    Task<SwitchEnd> SwitchAsync(string revision, CancellationToken ct);

    /// <summary>The orders that the replicas have written down, so far.</summary>
    Task<IReadOnlyList<string>> OrdersAsync();
}

/// <summary>How a switch ended.</summary>
/// <param name="Problem">Why the new revision does not serve; null: it does.</param>
/// <param name="Deployed">From the command until the new revision has all the traffic and has been watched as declared; old replicas may still be finishing.</param>
internal readonly record struct SwitchEnd(string? Problem, TimeSpan Deployed);

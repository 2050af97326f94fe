namespace Platform.Benchmarks.Rollout;

/// <summary>What replaces one revision of the Storefront by another under load.</summary>
internal interface IRolloutSubject : IAsyncDisposable
{
    string Name { get; }

    string Strategy { get; }

    /// <summary>Where visitors go.</summary>
    Uri Traffic { get; }

    /// <summary>The file in which the replicas write down the orders they took.</summary>
    string Journal { get; }

    /// <summary>The revision that serves.</summary>
    string Revision { get; }

    /// <summary>
    /// Replaces the serving revision: new replicas healthy, traffic to them, old replicas stopped when nothing is under way to them.
    /// </summary>
    /// <returns>Why it did not come to that; null: it did.</returns>
    Task<string?> SwitchAsync(string revision, CancellationToken ct);
}

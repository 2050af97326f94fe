namespace Platform.Workloads.Manifests;

/// <summary>What holds where a manifest says nothing itself: the word of the environment it is for.</summary>
public sealed record ManifestDefaults
{
    /// <summary>What holds where no environment says anything either.</summary>
    public static ManifestDefaults None { get; } = new();

    /// <summary>What is built in for an environment, until somebody changes it there.</summary>
    public static ManifestDefaults Of(string environment) => environment switch
    {
        "development" => new() { MinReplicas = 1, MaxReplicas = 2, Autoscaling = false, Judge = JudgeNames.None },
        "staging" => new() { MinReplicas = 2, MaxReplicas = 5 },
        _ => new() { MinReplicas = 3, MaxReplicas = 20 },
    };

    /// <summary>Fewest replicas.</summary>
    public int MinReplicas { get; init; } = new Contracts.Scaling.ScalingSettings().Min;
    /// <summary>Most replicas.</summary>
    public int MaxReplicas { get; init; } = new Contracts.Scaling.ScalingSettings().Max;
    /// <summary>False: the metrics of a manifest are acted on only where it says <c>scaling.automatic: true</c>.</summary>
    public bool Autoscaling { get; init; } = true;
    /// <summary>The judge; null: the strategy's own.</summary>
    public string? Judge { get; init; }
}

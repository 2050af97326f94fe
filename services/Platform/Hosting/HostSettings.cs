namespace Platform.CommandLine.Hosting;

/// <summary>How the host runs.</summary>
internal sealed record HostSettings
{
    /// <summary>The first of the standard ports.</summary>
    public const int StandardFirstPort = 8010;

    /// <summary>The data folder, absolute.</summary>
    public required string DataFolder { get; init; }
    /// <summary>A configuration file; null: <c>platform.json</c> in the data folder, if there.</summary>
    public string? ConfigurationFile { get; init; }
    /// <summary>Moves all ports: the first control port; 0: any free ones; null: as configured.</summary>
    public int? FirstPort { get; init; }
    /// <summary>Replicas go on when the host stops, and the next start takes them over.</summary>
    public bool KeepsApplications { get; init; }
    /// <summary>The least level that is logged; null: as configured.</summary>
    public string? LogLevel { get; init; }
    /// <summary>Further settings, <c>Section:Key=value</c>.</summary>
    public IReadOnlyList<string> Further { get; init; } = [];

    /// <summary>As the arguments that a service host takes.</summary>
    public string[] ToArguments()
    {
        List<string> arguments = [$"--Data={DataFolder}"];
        if (ConfigurationFile is not null) arguments.Add($"--Config={Path.GetFullPath(ConfigurationFile)}");
        if (FirstPort is { } first)
        {
            // The distances of the standard ports: 8010, 8011, 8014, 8015 and 8080.
            foreach (var (name, distance) in (ReadOnlySpan<(string, int)>)[("gateway", 0), ("autoscaler", 1), ("deployment", 4), ("healthmonitor", 5), ("traffic", 70)])
                arguments.Add($"--Ports:{name}={(first == 0 ? 0 : first + distance)}");
        }

        arguments.Add($"--Deployment:StopReplicasOnShutdown={(KeepsApplications ? "false" : "true")}");
        if (LogLevel is not null) arguments.Add($"--Log:Level={LogLevel}");
        arguments.AddRange(Further.Select(setting => $"--{setting}"));
        return [.. arguments];
    }
}

namespace Platform.Metrics.Scraping;

/// <summary>One replica that exposes metrics.</summary>
/// <param name="Application">The application.</param>
/// <param name="Revision">The revision it runs.</param>
/// <param name="Replica">Its id.</param>
/// <param name="Address">Where its metrics are: <c>http://127.0.0.1:34567/metrics</c>.</param>
public sealed record ScrapeTarget(string Application, string Revision, string Replica, Uri Address);

/// <summary>Knows which replicas expose metrics now. Asked before each round; must answer from memory.</summary>
public interface IScrapeTargets
{
    /// <summary>The targets of this moment.</summary>
    IReadOnlyList<ScrapeTarget> Current { get; }
}

/// <summary>Configuration section <c>Scraper</c>.</summary>
public sealed class ScraperOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Scraper";

    /// <summary>Between two rounds, 1 s to 5 min. Default 5 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a replica may take to answer, 100 ms to 1 min. Default 2 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The largest page read, in bytes; a larger one is not used. Default 2 MiB.</summary>
    public int MaximumBytes { get; set; } = 2 * 1024 * 1024;

    /// <summary>The most series read from one page. Default 5000.</summary>
    public int MaximumSeries { get; set; } = 5_000;

    /// <summary>The most metrics (names) put on the stream for one replica. Default 200.</summary>
    public int MaximumMetrics { get; set; } = 200;

    /// <summary>Replicas asked at the same time. Default 16.</summary>
    public int Parallelism { get; set; } = 16;

    internal IEnumerable<string> Problems()
    {
        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromMinutes(5)) yield return $"Scraper:Interval: expected 1 s to 5 min, found {Interval}.";
        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromMinutes(1)) yield return $"Scraper:Timeout: expected 100 ms to 1 min, found {Timeout}.";
        if (MaximumBytes < 1024) yield return $"Scraper:MaximumBytes: expected at least 1024, found {MaximumBytes}.";
        if (MaximumSeries < 1) yield return $"Scraper:MaximumSeries: expected at least 1, found {MaximumSeries}.";
        if (MaximumMetrics < 1) yield return $"Scraper:MaximumMetrics: expected at least 1, found {MaximumMetrics}.";
        if (Parallelism is < 1 or > 256) yield return $"Scraper:Parallelism: expected 1 to 256, found {Parallelism}.";
    }
}

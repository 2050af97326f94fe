using Microsoft.Extensions.Options;
using Platform.Autoscaler.RightSizing;
using Platform.Storage;

namespace Platform.Autoscaler.Cost;

/// <summary>Brings together what was written down and what is under way.</summary>
internal sealed class CostDesk([FromKeyedServices(AutoscalerModule.Name)] Database database, CostBook book, IOptions<CostOptions> options, TimeProvider time)
{
    /// <summary>An application's cost; one that was not followed yet has zeroes and says so.</summary>
    public async Task<CostReport> ReportAsync(string application, CancellationToken cancellationToken) => CostAnalysis.Of(await InputAsync(application, cancellationToken));

    /// <summary>What else than the number of replicas to change.</summary>
    public async Task<OtherRecommendations> OthersAsync(string application, CancellationToken cancellationToken)
    {
        var input = await InputAsync(application, cancellationToken);
        var prices = input.Prices;
        return new OtherRecommendations
        {
            Size = input.Size,
            Apply = input.Size.Changes ? $"In the manifest: {SizeText.Manifest(input.Size)}, then ./platform deploy FILE. It is a rollout like any other: judged, and taken back if it does harm." : null,
            Schedule = Savings.Schedule(input.Hours, input.Settings),
            Commitment = Savings.Commitment(input.Hours, prices, prices.PerReplicaHour(input.Settings.CpuCores, input.Settings.MemoryBytes)),
        };
    }

    private async Task<CostInput> InputAsync(string application, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var account = book.Find(application) ?? new CostAccount(application, now);
        var written = await database.ReadAsync(reader => CostStore.HoursAsync(reader, application, now - CostStore.Kept), cancellationToken);
        var unwritten = account.Unwritten();
        var known = unwritten.Select(figures => figures.Hour).ToHashSet();
        return new CostInput
        {
            Application = application,
            Now = now,
            Hours = [.. written.Where(figures => !known.Contains(figures.Hour)), .. unwritten],
            Settings = account.Settings,
            Capacity = account.Capacity,
            Size = account.Size(now, options.Value.LeastHistory),
            Prices = options.Value.Prices(),
            Running = account.Latest?.Running ?? 0,
        };
    }
}

/// <summary>What is recommended beside a number of replicas.</summary>
internal sealed record OtherRecommendations
{
    public required SizeRecommendation Size { get; init; }

    /// <summary>How to apply the size; null: there is nothing to apply.</summary>
    public string? Apply { get; init; }

    /// <summary>A lower minimum at certain hours; null: none is worth it, or fewer than three days are known.</summary>
    public ScheduleAdvice? Schedule { get; init; }

    /// <summary>What to commit to; null: nothing is worth it, or fewer than three days are known.</summary>
    public CommitmentAdvice? Commitment { get; init; }
}

using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Spectre.Console;

namespace Platform.CommandLine.Demo;

/// <summary>
/// What the scaling came to, beside the autoscaler's own shadow of a HorizontalPodAutoscaler: on the same demand, with the same targets, limits and
/// start-up time.
/// </summary>
internal sealed record ScalingComparison
{
    /// <summary>The autoscaler counts seconds when they are settled.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(4);

    /// <summary>Replica-hours wanted.</summary>
    public required double ReplicaHours { get; init; }
    /// <summary>Requests beyond the manifest's target per ready replica.</summary>
    public required double RequestsOverCapacity { get; init; }
    /// <summary>The same of the shadow.</summary>
    public required double HpaReplicaHours { get; init; }
    /// <summary>The same of the shadow.</summary>
    public required double HpaRequestsOverCapacity { get; init; }
    /// <summary>Replica-hours of a HorizontalPodAutoscaler at our share of requests over capacity.</summary>
    public required double HpaReplicaHoursAtSameLevel { get; init; }
    /// <summary>Whether a shadow was above our level and one below it.</summary>
    public required bool IsBracketed { get; init; }

    /// <summary>As the autoscaler tells it; null: it has nothing to compare.</summary>
    public static async Task<ScalingComparison?> OfAsync(PlatformClient client, string application, TimeProvider clock, CancellationToken ct)
    {
        await Task.Delay(Settling, clock, ct);
        var page = await client.FindAsync<Answer>("autoscaler", ServiceRoutes.CostAnalysis(application), ct);
        if (page is not { Items: [var report, ..] } || !report.TryGetProperty("comparison", out var comparison) || comparison.ValueKind is not JsonValueKind.Object) return null;
        var hpa = comparison.GetProperty("hpa");
        return new ScalingComparison
        {
            ReplicaHours = comparison.GetProperty("replicaHours").GetDouble(),
            RequestsOverCapacity = comparison.GetProperty("requestsOverCapacity").GetDouble(),
            HpaReplicaHours = hpa.GetProperty("replicaHours").GetDouble(),
            HpaRequestsOverCapacity = hpa.GetProperty("requestsOverCapacity").GetDouble(),
            HpaReplicaHoursAtSameLevel = comparison.GetProperty("hpaReplicaHoursAtSameLevel").GetDouble(),
            IsBracketed = comparison.GetProperty("isBracketed").GetBoolean(),
        };
    }

    public void Write(IAnsiConsole console)
    {
        var table = Tables.Plain().AddColumn("SCALING").AddColumn(new TableColumn("REPLICA-HOURS").RightAligned()).AddColumn(new TableColumn("REQUESTS OVER CAPACITY").RightAligned());
        table.AddRow("hybrid", $"{ReplicaHours:0.000}", $"{RequestsOverCapacity:N0}");
        table.AddRow("the HPA's shadow", $"{HpaReplicaHours:0.000}", $"{HpaRequestsOverCapacity:N0}");
        table.AddRow(IsBracketed ? "an HPA at our level" : "the HPA nearest to it", $"{HpaReplicaHoursAtSameLevel:0.000}", IsBracketed ? $"{RequestsOverCapacity:N0}" : "");
        console.WriteLine();
        console.Write(table);
        console.WriteLine("Over capacity: what was asked in a second beyond the manifest's target of requests per ready replica; none failed by it.");
        console.WriteLine("A day of minutes has no yesterday: the forecast knew the last minutes only. What a learned daily pattern saves, './platform bench autoscale' tells.");
        console.WriteLine();
    }

    /// <summary>A page of the autoscaler's analysis.</summary>
    internal sealed record Answer
    {
        /// <summary>Its reports.</summary>
        public IReadOnlyList<JsonElement> Items { get; init; } = [];
        /// <summary>Where the next page begins.</summary>
        public string? Next { get; init; }
    }
}

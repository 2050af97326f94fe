using System.Globalization;
using Platform.Autoscaler.Anomalies.Watching;
using Platform.Contracts.Anomalies;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Autoscaler.Api;

/// <summary>What was unusual, and what may have caused it.</summary>
internal static class AnomalyEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/anomalies", ListAsync).RequireAuthorization(Roles.Viewer)
        .WithSummary("Anomalies, newest first")
        .WithDescription("Per anomaly: metric, value, expected range, score, severity and ranked causes. By application, metric, since (a time) and open=true; pages with limit and after.");

    private static async Task<IResult> ListAsync(
        string? application,
        string? metric,
        DateTimeOffset? since,
        bool? open,
        [AsParameters] PageRequest page,
        [FromKeyedServices(AutoscalerModule.Name)] Database database,
        CancellationToken cancellationToken)
    {
        if (page.Check(out var after) is { } problem) return problem;
        var rows = await database.ReadAsync(
            reader => AnomalyStore.PageAsync(reader, application, metric, since ?? DateTimeOffset.UnixEpoch, open ?? false, after ?? long.MaxValue, page.Take + 1), cancellationToken);
        return Results.Ok(page.Of([.. rows.Select(row => View(row.Sequence, row.Anomaly))], anomaly => anomaly.Sequence.ToString(CultureInfo.InvariantCulture)));
    }

    private static AnomalyView View(long sequence, Anomaly anomaly) => new()
    {
        Sequence = sequence,
        Id = anomaly.Id,
        Application = anomaly.Application,
        Metric = anomaly.Metric,
        Began = anomaly.Began,
        Ended = anomaly.Ended,
        Outcome = anomaly.Outcome,
        Kind = anomaly.Kind,
        Severity = anomaly.Severity,
        Score = anomaly.Score,
        Value = anomaly.Value,
        ExpectedLow = anomaly.ExpectedLow,
        ExpectedHigh = anomaly.ExpectedHigh,
        Message = anomaly.Message,
        Causes = anomaly.Causes,
    };
}

/// <summary>An anomaly.</summary>
internal sealed record AnomalyView
{
    public required long Sequence { get; init; }

    public required Guid Id { get; init; }

    public required string Application { get; init; }

    public required string Metric { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>Null: it goes on.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary><c>returned</c>, <c>absorbed</c> or <c>silent</c>; null: it goes on.</summary>
    public string? Outcome { get; init; }

    /// <summary><c>season</c>, <c>level</c>, <c>shape</c> or <c>spread</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>One minus the tail probability.</summary>
    public required double Score { get; init; }

    public required double Value { get; init; }

    public required double ExpectedLow { get; init; }

    public required double ExpectedHigh { get; init; }

    public required string Message { get; init; }

    public required IReadOnlyList<AnomalyCause> Causes { get; init; }
}

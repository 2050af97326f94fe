using Platform.Deployment.Configuration;
using Platform.Deployment.Reports;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary><c>GET /reports/{name}</c>: what the deployment database knows of the last day, week or month.</summary>
internal static class ReportEndpoints
{
    private static readonly Dictionary<string, int> Days = new(StringComparer.Ordinal) { ["daily"] = 1, ["weekly"] = 7, ["monthly"] = 30 };
    private static readonly string[] Formats = ["json", "csv", "html"];

    /// <summary>Maps it.</summary>
    public static void Map(RouteGroupBuilder api) => api.MapGet("/reports/{name}", ReadAsync).WithTags("Reports")
        .WithSummary("summary, scaling, health, performance or cost; ?period=daily|weekly|monthly (the last 1, 7, 30 days, or those before ?to=TIME), ?format=json|csv|html.")
        .Produces<Report>().RequireAuthorization(Roles.Viewer);

    private static async Task<IResult> ReadAsync(
        string name,
        HttpContext http,
        ReportReader reports,
        Configurations configurations,
        TimeProvider time,
        [FromKeyedServices(DeploymentModule.Name)] Database database,
        string period = "weekly",
        string format = "json",
        DateTimeOffset? to = null)
    {
        if (!ReportTables.Names.Contains(name))
            return Problem.NotFound("no-such-report", "There is no such report", $"There are {string.Join(", ", ReportTables.Names)}.");
        var problems = new List<FieldProblem>();
        if (!Days.TryGetValue(period, out var days)) problems.Add(new FieldProblem("period", string.Join(" or ", Days.Keys), "something else"));
        if (!Formats.Contains(format)) problems.Add(new FieldProblem("format", string.Join(" or ", Formats), "something else"));
        if (to is { Year: < 2000 or > 9000 }) problems.Add(new FieldProblem("to", "a time such as 2026-01-31T12:00:00Z", to.Value.ToString("O")));
        if (problems.Count > 0) return Problem.BadRequest("invalid-report", "The report cannot be given", problems);

        var now = time.GetUtcNow();
        var end = to is { } asked && asked < now ? asked : now;
        var (facts, prices) = await database.ReadAsync(
            async reader => (await reports.ReadAsync(reader, end.AddDays(-days), end), (await configurations.CurrentAsync(reader)).Configuration.Prices), http.RequestAborted);
        var table = ReportTables.Make(name, facts, prices)!;
        return format switch
        {
            "csv" => Results.Text(ReportText.Csv(table), "text/csv; charset=utf-8"),
            "html" => Results.Text(ReportText.Html($"{name}, {period}", facts, table), "text/html; charset=utf-8"),
            _ => TypedResults.Ok(new Report
            {
                Name = name,
                Period = period,
                From = facts.From,
                To = facts.To,
                Columns = table.Columns,
                Rows = [.. table.Rows.Select(row => table.Columns.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second))],
                NotKnown = table.NotKnown,
            }),
        };
    }
}

/// <summary>A report.</summary>
internal sealed record Report
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary><c>daily</c>, <c>weekly</c> or <c>monthly</c>.</summary>
    public required string Period { get; init; }
    /// <summary>The first moment of it.</summary>
    public required DateTimeOffset From { get; init; }
    /// <summary>The first moment after it.</summary>
    public required DateTimeOffset To { get; init; }
    /// <summary>The members of a row, in order; their unit is at the end of the name.</summary>
    public required IReadOnlyList<string> Columns { get; init; }
    /// <summary>A row per application.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows { get; init; }
    /// <summary>What one might expect here and does not find, in sentences.</summary>
    public required IReadOnlyList<string> NotKnown { get; init; }
}

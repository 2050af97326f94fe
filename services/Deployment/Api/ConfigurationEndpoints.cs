using Platform.Contracts.Http;
using Platform.Deployment.Configuration;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary>The configuration: read, changed as a whole, its versions, what two of them differ in, and the return to one.</summary>
internal static class ConfigurationEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        var config = api.MapGroup("/config").WithTags("Configuration");
        config.MapGet("", CurrentAsync).WithSummary("What holds now: environments, rollback window, retention, prices.").Produces<ConfigurationVersion>().RequireAuthorization(Roles.Viewer);
        config.MapPut("", ChangeAsync).WithSummary("Sets all of it, as the next version; what is left out gets its built-in value.").Produces<ConfigurationVersion>().RequireAuthorization(Roles.Admin);
        config.MapGet("/versions", VersionsAsync).WithSummary("Every version, newest first: who, when, why.").Produces<Page<ConfigurationVersion>>().RequireAuthorization(Roles.Viewer);
        config.MapGet("/versions/{version:long}", VersionAsync).WithSummary("One version; 0 is what is built in.").Produces<ConfigurationVersion>().RequireAuthorization(Roles.Viewer);
        config.MapGet("/diff", DifferenceAsync).WithSummary("What two versions differ in, member by member; to: the present one unless it is named.").Produces<IReadOnlyList<ConfigurationChange>>().RequireAuthorization(Roles.Viewer);
        config.MapPost("/validation", ValidateAsync).WithSummary("Checks a configuration and says what it would change; nothing is kept.").Produces<ConfigurationVerdict>().RequireAuthorization(Roles.Operator);
        config.MapPost("/rollback", RollBackAsync).WithSummary("Makes what an earlier version said the next version.").Produces<ConfigurationVersion>().RequireAuthorization(Roles.Admin);
    }

    /// <summary>A configuration with problems.</summary>
    public static ProblemResult Invalid(IReadOnlyList<FieldProblem> problems) => Problem.BadRequest("invalid-configuration", "The configuration cannot be used", problems);

    private static async Task<IResult> CurrentAsync(HttpContext http, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database) =>
        TypedResults.Ok(await database.ReadAsync(configurations.CurrentAsync, http.RequestAborted));

    private static async Task<IResult> ChangeAsync(ConfigurationRequest body, HttpContext http, ConfigurationChanges changes)
    {
        var problems = ConfigurationRules.Check(body.Configuration);
        if (problems.Count > 0) return Invalid([.. problems.Select(p => p with { Path = "configuration." + p.Path })]);
        return await changes.MakeAsync(http, "change configuration", "configuration", body.Reason, body.IfVersion, (_, _) =>
            Task.FromResult<(DeploymentConfiguration?, ProblemResult?)>((body.Configuration, null)));
    }

    private static async Task<IResult> VersionsAsync(HttpContext http, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database, [AsParameters] PageRequest page)
    {
        if (page.Check(out var before) is { } problem) return problem;
        var versions = await database.ReadAsync(reader => configurations.VersionsAsync(reader, before ?? long.MaxValue, page.Take + 1), http.RequestAborted);
        return TypedResults.Ok(page.Of(versions, v => v.Version.ToString()));
    }

    private static async Task<IResult> VersionAsync(long version, HttpContext http, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database) =>
        await database.ReadAsync(reader => configurations.FindAsync(reader, version), http.RequestAborted) is { } found ? TypedResults.Ok(found) : NoVersion(version);

    private static async Task<IResult> DifferenceAsync(long from, HttpContext http, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database, long? to = null)
    {
        var (before, after) = await database.ReadAsync(
            async reader => (await configurations.FindAsync(reader, from), to is { } version ? await configurations.FindAsync(reader, version) : await configurations.CurrentAsync(reader)), http.RequestAborted);
        if (before is null) return NoVersion(from);
        return after is null ? NoVersion(to!.Value) : TypedResults.Ok(ConfigurationDifference.Between(before.Configuration, after.Configuration));
    }

    private static async Task<IResult> ValidateAsync(DeploymentConfiguration body, HttpContext http, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var problems = ConfigurationRules.Check(body);
        var present = await database.ReadAsync(configurations.CurrentAsync, http.RequestAborted);
        return TypedResults.Ok(new ConfigurationVerdict { Valid = problems.Count == 0, Problems = problems, Changes = ConfigurationDifference.Between(present.Configuration, body) });
    }

    private static Task<IResult> RollBackAsync(ConfigurationRollback body, HttpContext http, ConfigurationChanges changes, Configurations configurations) => changes.MakeAsync(
        http, "roll back configuration", "configuration", body.Reason ?? $"back to version {body.Version}", null,
        async (reader, _) => await configurations.FindAsync(reader, body.Version) is { } found ? (found.Configuration, null) : (null, NoVersion(body.Version)));

    private static ProblemResult NoVersion(long version) =>
        Problem.NotFound("no-such-version", "There is no such version", $"The configuration has no version {version}. GET /api/deployment/config/versions lists them.");
}

/// <summary>Body of <c>PUT /config</c>.</summary>
internal sealed record ConfigurationRequest
{
    /// <summary>What is to hold.</summary>
    public required DeploymentConfiguration Configuration { get; init; }
    /// <summary>Why, for the record. Optional.</summary>
    public string? Reason { get; init; }
    /// <summary>The version it is a change of; refused if that is not the present one. Optional.</summary>
    public long? IfVersion { get; init; }
}

/// <summary>Body of <c>POST /config/rollback</c>.</summary>
internal sealed record ConfigurationRollback
{
    /// <summary>The version to return to.</summary>
    public required long Version { get; init; }
    /// <summary>Why. Optional.</summary>
    public string? Reason { get; init; }
}

/// <summary>Answer of a validation.</summary>
internal sealed record ConfigurationVerdict
{
    /// <summary>True: it could be set.</summary>
    public required bool Valid { get; init; }
    /// <summary>Every problem.</summary>
    public required IReadOnlyList<FieldProblem> Problems { get; init; }
    /// <summary>What it would change.</summary>
    public required IReadOnlyList<ConfigurationChange> Changes { get; init; }
}

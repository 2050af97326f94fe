using Platform.Contracts.Http;
using Platform.Deployment.Configuration;
using Platform.Deployment.Environments;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Api;

/// <summary>Environments: the readable view of their part of the configuration; and promotion from one to the next.</summary>
internal static class EnvironmentEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        var environments = api.MapGroup("/environments").WithTags("Environments");
        environments.MapGet("", ListAsync).WithSummary("The environments, in the order of promotion.").Produces<IReadOnlyList<EnvironmentView>>().RequireAuthorization(Roles.Viewer);
        environments.MapGet("/{name}", OneAsync).WithSummary("What holds in an environment.").Produces<EnvironmentView>().RequireAuthorization(Roles.Viewer);
        environments.MapPut("/{name}", ChangeAsync).WithSummary("Sets what holds in an environment; a version of the configuration.").Produces<ConfigurationVersion>().RequireAuthorization(Roles.Admin);
        environments.MapGet("/{name}/versions", VersionsAsync).WithSummary("The versions of the configuration in which it changed, newest first.").Produces<IReadOnlyList<EnvironmentChange>>().RequireAuthorization(Roles.Viewer);
        environments.MapPost("/{to}/promotions", PromoteAsync).WithSummary("Ships the revision that serves in one environment, the same text, into another.").Produces<Accepted>(202).RequireAuthorization(Roles.Operator);
    }

    /// <summary>There is no environment of that name.</summary>
    public static ProblemResult Unknown(string path, string name) =>
        Problem.BadRequest("no-such-environment", "There is no such environment", [new FieldProblem(path, "one of " + string.Join(", ", ManifestReader.Environments), $"'{(name.Length <= 60 ? name : name[..60] + "…")}'")]);

    private static ProblemResult Missing(string name) => Problem.NotFound("no-such-environment", "There is no such environment", $"There are {string.Join(", ", ManifestReader.Environments)}; {name} is none of them.");

    private static async Task<IResult> ListAsync(HttpContext http, Configurations configurations, TimeProvider time, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var current = await database.ReadAsync(configurations.CurrentAsync, http.RequestAborted);
        return TypedResults.Ok<IReadOnlyList<EnvironmentView>>([.. ManifestReader.Environments.Select(name => View(current, name, time.GetUtcNow()))]);
    }

    private static async Task<IResult> OneAsync(string name, HttpContext http, Configurations configurations, TimeProvider time, [FromKeyedServices(DeploymentModule.Name)] Database database) =>
        Placement.Rank(name) < 0 ? Missing(name) : TypedResults.Ok(View(await database.ReadAsync(configurations.CurrentAsync, http.RequestAborted), name, time.GetUtcNow()));

    private static async Task<IResult> ChangeAsync(string name, EnvironmentRequest body, HttpContext http, ConfigurationChanges changes)
    {
        if (Placement.Rank(name) < 0) return Missing(name);
        var problems = ConfigurationRules.Check(body.Settings, "settings.");
        if (problems.Count > 0) return ConfigurationEndpoints.Invalid(problems);
        return await changes.MakeAsync(http, "configure environment", name, body.Reason, body.IfVersion, (_, present) =>
            Task.FromResult<(DeploymentConfiguration?, ProblemResult?)>((present with { Environments = present.Environments.With(name, body.Settings) }, null)));
    }

    private static async Task<IResult> VersionsAsync(string name, HttpContext http, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        if (Placement.Rank(name) < 0) return Missing(name);
        var versions = await database.ReadAsync(reader => configurations.VersionsAsync(reader, long.MaxValue, PageRequest.MaxLimit), http.RequestAborted);
        var found = new List<EnvironmentChange>();
        for (var i = 0; i < versions.Count; i++)
        {
            var settings = versions[i].Configuration.Environments.Find(name)!;
            var changes = i + 1 < versions.Count ? ConfigurationDifference.Between(versions[i + 1].Configuration.Environments.Find(name)!, settings) : [];
            if (changes.Count > 0 || i + 1 == versions.Count)
                found.Add(new EnvironmentChange { Version = versions[i].Version, At = versions[i].At, By = versions[i].By, Reason = versions[i].Reason, Settings = settings, Changes = changes });
        }

        return TypedResults.Ok<IReadOnlyList<EnvironmentChange>>(found);
    }

    private static async Task<IResult> PromoteAsync(
        string to, PromotionRequest body, HttpContext http, Gate gate, RolloutPlanner planner, Promotions promotions, Configurations configurations, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        if (Placement.Rank(to) < 0) return Missing(to);
        var ((found, refusal), environments) = await database.ReadAsync(
            async reader => (await promotions.FindAsync(reader, body.Application, body.From, to), (await configurations.CurrentAsync(reader)).Configuration.Environments), http.RequestAborted);
        if (found is null) return refusal!;
        var read = ManifestReader.Read(found.Source.Manifest, baseDirectory: null, _ => environments.Find(to)!.Defaults());
        if (read.Manifest is null) return DeployBody.Invalid(read);
        if (Placement.Problem(read.Manifest, to) is { } misplaced) return Problem.BadRequest("unfit-manifest", "The manifest cannot be run here", misplaced);
        var manifest = Placement.Place(read.Manifest, to);
        if (planner.Unfit(manifest) is { } unfit) return Problem.BadRequest("unfit-manifest", "The manifest cannot be run here", unfit);
        return await gate.EnterAsync(http, new Gate.Entry(manifest, found.Source.Manifest)
        {
            Reason = body.Reason ?? $"promoted from {found.From}",
            Action = $"promote application from {found.From} to {to}",
            Environment = to,
            FreezeOverride = body.OverrideFreeze,
        });
    }

    private static EnvironmentView View(ConfigurationVersion current, string name, DateTimeOffset now)
    {
        var settings = current.Configuration.Environments.Find(name)!;
        return new EnvironmentView { Name = name, Version = current.Version, Frozen = Freeze.At(settings.Freezes, now)?.ToString(), Settings = settings };
    }
}

/// <summary>Body of <c>PUT /environments/{name}</c>.</summary>
internal sealed record EnvironmentRequest
{
    /// <summary>What is to hold; what is left out gets its built-in value.</summary>
    public required EnvironmentSettings Settings { get; init; }
    /// <summary>Why, for the record. Optional.</summary>
    public string? Reason { get; init; }
    /// <summary>The version it is a change of; refused if that is not the present one. Optional.</summary>
    public long? IfVersion { get; init; }
}

/// <summary>An environment.</summary>
internal sealed record EnvironmentView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>The configuration's version.</summary>
    public required long Version { get; init; }
    /// <summary>The freeze in force; null: none.</summary>
    public string? Frozen { get; init; }
    /// <summary>What holds in it.</summary>
    public required EnvironmentSettings Settings { get; init; }
}

/// <summary>A version of the configuration in which an environment changed.</summary>
internal sealed record EnvironmentChange
{
    /// <summary>The configuration's version.</summary>
    public required long Version { get; init; }
    /// <summary>When; null: built in.</summary>
    public DateTimeOffset? At { get; init; }
    /// <summary>Who.</summary>
    public required string By { get; init; }
    /// <summary>Why.</summary>
    public required string Reason { get; init; }
    /// <summary>What held from then on.</summary>
    public required EnvironmentSettings Settings { get; init; }
    /// <summary>What was different before.</summary>
    public required IReadOnlyList<ConfigurationChange> Changes { get; init; }
}

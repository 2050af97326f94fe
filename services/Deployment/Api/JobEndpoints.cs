using System.Text;
using Platform.Contracts.Deployments;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Pipeline.Kinds;
using Platform.Deployment.Rollouts;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary>The jobs of a rollout's pipeline, and what each wrote.</summary>
internal static class JobEndpoints
{
    private const int DefaultTail = 200, LargestTail = 10_000;

    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        var jobs = api.MapGroup("/deployments/{id:guid}/jobs").WithTags("Rollouts");
        jobs.MapGet("", ListAsync).WithSummary("The jobs of a rollout's pipeline, in their order.").Produces<IReadOnlyList<JobView>>().RequireAuthorization(Roles.Viewer);
        jobs.MapGet("/{number:int}/log", LogAsync).WithSummary("The last lines that a job wrote, as text; ?tail=1000.").RequireAuthorization(Roles.Viewer);
    }

    private static async Task<IResult> ListAsync(Guid id, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database)
    {
        var jobs = await database.ReadAsync(async reader => await reader.RolloutAsync(id) is null ? null : await reader.JobsAsync(id), http.RequestAborted);
        return jobs is null ? RolloutEndpoints.NoRollout(id) : TypedResults.Ok(jobs.Select(j => j.View()).ToList());
    }

    private static async Task<IResult> LogAsync(
        Guid id, int number, HttpContext http, JobHome home, CommandJob commands, Applications.Manifests manifests, [FromKeyedServices(DeploymentModule.Name)] Database database, int tail = DefaultTail)
    {
        if (tail is < 1 or > LargestTail)
            return Problem.BadRequest("invalid-tail", "The log cannot be given", [new FieldProblem("tail", $"1 to {LargestTail}", tail.ToString())]);
        var (rollout, job, manifest) = await database.ReadAsync(
            async reader =>
            {
                var rollout = await reader.RolloutAsync(id);
                return rollout is null ? default : (rollout, await reader.JobAsync(id, number), await manifests.FindAsync(reader, rollout.Application, rollout.Revision));
            },
            http.RequestAborted);
        if (rollout is null) return RolloutEndpoints.NoRollout(id);
        if (job is null) return Problem.NotFound("no-such-job", "There is no such job", $"The rollout has no job {number}. GET /api/deployment/deployments/{id}/jobs lists them.");
        var work = manifest is null ? null : PipelinePlan.Of(manifest).FirstOrDefault(j => j.Name == job.Name)?.Work;
        // Without the manifest nobody knows which of its words are secrets: then only what was masked when it was kept.
        var lines = manifest is null ? [] : JobTail.Read(home.LogOf(rollout.Application, job), tail).Select(commands.MaskOf(manifest, work)).ToList();
        var text = lines.Count > 0 ? string.Join('\n', lines) : job.Tail ?? "";
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(text.Length == 0 ? "" : text + "\n", "text/plain", Encoding.UTF8);
    }
}

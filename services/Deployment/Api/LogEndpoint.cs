using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Deployment.Secrets;
using Platform.Hosting;
using Platform.Storage;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Api;

/// <summary><c>GET /applications/{name}/logs</c>: the output of an application's replicas, merged, each line with its replica.</summary>
internal static class LogEndpoint
{
    private const int DefaultTail = 100, LargestTail = 10_000, Buffered = 1_000;

    /// <summary>Answers.</summary>
    public static async Task<IResult> ReadAsync(
        string name,
        HttpContext http,
        [FromKeyedServices(DeploymentModule.Name)] Database database,
        Manifests manifests,
        IEnumerable<IReplicaRuntime> runtimes,
        ReplicaLogs logs,
        LogMask mask,
        int tail = DefaultTail,
        bool follow = false,
        string? replica = null)
    {
        if (tail is < 0 or > LargestTail)
            return Problem.BadRequest("invalid-tail", "The logs cannot be given", [new FieldProblem("tail", $"0 to {LargestTail}", tail.ToString())]);
        var found = await database.ReadAsync(reader => FindAsync(reader, manifests, name, replica), http.RequestAborted);
        if (found is null) return ApplicationEndpoints.NoApplication(name);
        var sources = found.Select(f => (f.Replica, runtimes.First(r => r.Name == f.Manifest.Runtime), mask.Of(f.Manifest))).ToList();

        var lines = MergeAsync(sources, logs.Folder(name), tail, follow, http.RequestAborted);
        if (http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            await Sse.WriteAsync(http, lines.Select(line => new SseItem(line, "log")));
            return Results.Empty;
        }

        if (follow) Sse.Reserve(http);
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            await foreach (var line in lines)
            {
                await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The reader has gone: that is how following ends.
            return Results.Empty;
        }

        return Results.Empty;
    }

    /// <summary>The living replicas, or the one named, living or not; null: no such application.</summary>
    private static async Task<IReadOnlyList<(string Replica, Manifest Manifest)>?> FindAsync(Reader reader, Manifests manifests, string application, string? replica)
    {
        if (await reader.ApplicationAsync(application) is null) return null;
        var rows = replica is null ? await reader.LiveReplicasAsync(application) : [.. new[] { await reader.ReplicaAsync(replica) }.OfType<ReplicaRow>().Where(r => r.Application == application)];
        var found = new List<(string, Manifest)>();
        foreach (var row in rows)
        {
            if (await manifests.FindAsync(reader, application, row.Revision) is { } manifest) found.Add((row.Id, manifest));
        }

        return found;
    }

    private static async IAsyncEnumerable<string> MergeAsync(
        IReadOnlyList<(string Replica, IReplicaRuntime Runtime, Func<string, string> Mask)> sources, string folder, int tail, bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        // A reader who is slow holds the writers up, not the memory.
        var lines = Channel.CreateBounded<string>(Buffered);
        var readers = sources.Select(async source =>
        {
            await foreach (var line in source.Runtime.LogsAsync(source.Replica, folder, tail, follow, ct)) await lines.Writer.WriteAsync($"[{source.Replica}] {source.Mask(line)}", ct);
        }).ToList();
        var all = Task.WhenAll(readers).ContinueWith(done => lines.Writer.TryComplete(done.Exception?.InnerException), ct, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await foreach (var line in lines.Reader.ReadAllAsync(ct)) yield return line;
        await all;
    }
}

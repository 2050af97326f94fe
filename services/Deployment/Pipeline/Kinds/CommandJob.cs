using Platform.Deployment.Replicas;
using Platform.Deployment.Secrets;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Pipeline.Kinds;

/// <summary>
/// A command that runs once, as a replica of the application's own runtime would: with its limits, its environment, its secrets, its markers and
/// its log, so a crash of the platform leaves nothing that is not found again. Its exit code is the verdict.
/// </summary>
internal sealed partial class CommandJob(IEnumerable<IReplicaRuntime> runtimes, IReplicaPorts ports, JobHome home, LogMask mask, ILogger<CommandJob> log) : IJobKind
{
    private const int TailLines = 20, LongestLine = 300;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public string Name => "command";

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken ct)
    {
        var manifest = ManifestOf(job.Manifest, ((CommandWork)job.Work).Command, job.Variables);
        var runtime = runtimes.First(r => r.Name == manifest.Runtime);
        var folder = home.FolderOf(job.Rollout.Application, job.Rollout.Id);
        ReplicaHandle handle;
        try
        {
            handle = await runtime.StartAsync(
                new ReplicaSpec
                {
                    Id = job.Row.Id,
                    Application = job.Rollout.Application,
                    Revision = job.Rollout.Revision,
                    Generation = job.Attempt,
                    Owner = job.Owner,
                    Manifest = manifest,
                    Port = ports.Next(new HashSet<int>()),
                    LogDirectory = folder,
                },
                ct);
        }
        catch (ReplicaStartException error)
        {
            return JobResult.Failed($"cannot be started: {error.Message}");
        }

        ExitStatus exit;
        try
        {
            exit = await runtime.WaitForExitAsync(handle, ct);
        }
        finally
        {
            // Also after its end: what it left behind goes with it.
            await runtime.StopAsync(handle, Grace, CancellationToken.None);
        }

        var lines = await TailAsync(runtime, job.Row.Id, folder, manifest, ct);
        var tail = lines.Count == 0 ? "it wrote nothing" : "its last lines: " + string.Join(" | ", lines.TakeLast(10));
        return new JobResult(exit.ExitCode == 0, exit.ExitCode == 0 ? "exited with code 0" : $"{exit}; {tail}") { ExitCode = exit.Code, Tail = string.Join('\n', lines) };
    }

    public async Task ClearAsync(string owner, CancellationToken ct)
    {
        foreach (var runtime in runtimes)
        {
            try
            {
                foreach (var left in await runtime.FindAsync(owner, ct)) await runtime.StopAsync(left, TimeSpan.Zero, ct);
            }
            catch (RuntimeUnavailableException away)
            {
                LogAway(log, runtime.Name, away.Message);
            }
        }
    }

    /// <summary>The last lines of a job's log as they may be shown.</summary>
    public Func<string, string> MaskOf(Manifest manifest, JobWork? work) =>
        mask.Of(work is CommandWork { Command: var command } ? ManifestOf(manifest, command, new Dictionary<string, string>()) : manifest);

    /// <summary>The application's manifest with the command in place of its own.</summary>
    private static Manifest ManifestOf(Manifest manifest, JobCommandSpec command, IReadOnlyDictionary<string, string> variables)
    {
        var env = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in (manifest.Process?.Env ?? manifest.Docker?.Env ?? new Dictionary<string, string>()).Concat(command.Env).Concat(variables)) env[name] = value;
        return manifest with
        {
            Port = 0,
            Process = manifest.Process is { } process ? process with { Command = command.Command, WorkingDirectory = command.WorkingDirectory ?? process.WorkingDirectory, Env = env } : null,
            Docker = manifest.Docker is { } docker
                ? docker with { Command = command.Command, Image = command.Image ?? docker.Image, Network = command.Network ?? docker.Network, Env = env }
                : null,
        };
    }

    private async Task<IReadOnlyList<string>> TailAsync(IReplicaRuntime runtime, string id, string folder, Manifest manifest, CancellationToken ct)
    {
        var clean = mask.Of(manifest);
        var lines = new List<string>();
        await foreach (var written in runtime.LogsAsync(id, folder, TailLines, follow: false, ct))
        {
            var line = clean(written);
            lines.Add(line.Length <= LongestLine ? line : line[..LongestLine] + "…");
        }

        return lines;
    }

    [LoggerMessage(1, LogLevel.Warning, "Jobs that an earlier run left in the runtime {Runtime} cannot be looked for at the moment: {Reason}")]
    private static partial void LogAway(ILogger log, string runtime, string reason);
}

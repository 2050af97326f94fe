using Platform.Deployment.Secrets;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;

namespace Platform.Deployment.Replicas;

/// <summary>Where replicas' output is kept, and its end.</summary>
internal sealed class ReplicaLogs(ReplicaHome home, LogMask mask)
{
    private const int Lines = 10;
    private const int LongestLine = 300;

    /// <summary>The folder of an application's logs.</summary>
    public string Folder(string application) => Path.Combine(home.LogFolder, application);

    /// <summary>The last lines of a replica's output, for a failure's text; says so when there are none.</summary>
    public async Task<string> TailAsync(IReplicaRuntime runtime, ReplicaRow row, Manifest manifest, CancellationToken ct)
    {
        var lines = new List<string>();
        var clean = mask.Of(manifest);
        try
        {
            await foreach (var written in runtime.LogsAsync(row.Id, Folder(row.Application), Lines, follow: false, ct))
            {
                var line = clean(written);
                lines.Add(line.Length <= LongestLine ? line : line[..LongestLine] + "…");
            }
        }
        catch (IOException error)
        {
            return $"its output cannot be read: {error.Message}";
        }

        return lines.Count == 0 ? "it wrote nothing" : "its last lines: " + string.Join(" | ", lines);
    }
}

/// <summary>Who this deployment service is to the processes it starts.</summary>
/// <param name="LogFolder">The folder of all applications' logs.</param>
internal sealed record ReplicaHome(string LogFolder);

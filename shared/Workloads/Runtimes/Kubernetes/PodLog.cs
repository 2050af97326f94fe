using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Kubernetes.Api;
using Platform.Workloads.Runtimes.Logs;

namespace Platform.Workloads.Runtimes.Kubernetes;

/// <summary>
/// Copies the output of a pod's container, line by line as it comes, into the replica's log file, where it outlives the pod and is read as
/// any other replica's. The node stamps every line; after an interruption the copy goes on behind the last one it has.
/// </summary>
internal sealed class PodLog(ApiClient api, string pod, LogAppender file, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private string _last = "";
    private volatile bool _wasStartedAgain;

    /// <summary>To be told before the end is: whether there is another run by now, beside which this one's output is the previous.</summary>
    public void Ended(bool wasStartedAgain) => _wasStartedAgain = wasStartedAgain;

    /// <summary>Copies until the first run of the container has ended and nothing is left to copy.</summary>
    public async Task CopyAsync(Task ended, CancellationToken ct)
    {
        while (true)
        {
            var isLast = ended.IsCompleted;
            try
            {
                var isThere = await CopyOnceAsync(follow: !isLast, previous: isLast && _wasStartedAgain, ct);
                if (!isThere || isLast) return;
            }
            catch (Exception error) when (error is RuntimeUnavailableException or ApiRefusedException or IOException or HttpRequestException)
            {
                // The server is away, or does not want to at the moment (a pod on a node that does not answer): while it runs, and once more.
                if (isLast) return;
            }

            await Task.WhenAny(ended, Task.Delay(Pause, clock, ct));
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <returns>False: there is no such pod.</returns>
    private async Task<bool> CopyOnceAsync(bool follow, bool previous, CancellationToken ct)
    {
        var from = _last;
        var since = from.Length == 0 ? "" : "&sinceTime=" + Uri.EscapeDataString(from);
        await using var stream = await api.OpenAsync(
            $"{pod}/log?container={DeploymentPlan.Container}&timestamps=true{(follow ? "&follow=true" : "")}{(previous ? "&previous=true" : "")}{since}", ct);
        if (stream is null) return false;
        await foreach (var whole in LinesAsync(stream, ct))
        {
            var (stamp, line) = ContainerLog.Apart(whole);
            // Asked for since the last one, the answer begins with it.
            if (from.Length > 0 && string.CompareOrdinal(stamp, from) <= 0) continue;
            file.Append(line.Span);
            _last = stamp;
        }

        return true;
    }

    /// <summary>Whole lines with their ends, as bytes: what a program writes need not be text.</summary>
    private static async IAsyncEnumerable<byte[]> LinesAsync(Stream stream, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var buffer = new byte[16 * 1024];
        var open = new MemoryStream();
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            var start = 0;
            for (int end; (end = Array.IndexOf(buffer, (byte)'\n', start, read - start)) >= 0; start = end + 1)
            {
                open.Write(buffer, start, end + 1 - start);
                yield return open.ToArray();
                open.SetLength(0);
            }

            open.Write(buffer, start, read - start);
        }

        if (open.Length > 0) yield return [.. open.ToArray(), (byte)'\n'];
    }
}

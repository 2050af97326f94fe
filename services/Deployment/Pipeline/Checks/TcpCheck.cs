using System.Net.Sockets;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline.Checks;

/// <summary>Anything that accepts a connection.</summary>
internal sealed class TcpCheck : ICheck
{
    public bool Handles(CheckSpec check) => check.Tcp is not null;

    public string Subject(CheckSpec check) => check.Tcp!;

    public async Task<JobResult> AskAsync(CheckSpec check, JobContext job, CancellationToken ct)
    {
        try
        {
            using var wire = await Wire.ConnectAsync(check.Tcp!, ct);
            return JobResult.Done($"{check.Tcp}: accepts connections");
        }
        catch (SocketException error)
        {
            return JobResult.Failed($"{check.Tcp}: {error.Message}");
        }
    }
}

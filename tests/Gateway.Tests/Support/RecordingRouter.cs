using Platform.Contracts.Traffic;
using Platform.Gateway.Routers;

namespace Platform.Gateway.Tests.Support;

/// <summary>A data plane beside the own one that notes what it is told, and refuses or is slow to drain when asked to.</summary>
internal sealed class RecordingRouter(string name) : ITrafficRouter
{
    public string Name => name;

    public bool TellsRequests { get; init; }

    /// <summary>What it was told, in order: <c>applied shop 3</c>, <c>removed shop</c>.</summary>
    public List<string> Told { get; } = [];

    public string? Refusal { get; set; }

    public bool HasDrained { get; set; } = true;

    public Task<string?> ApplyAsync(RouteTable table, CancellationToken cancellationToken)
    {
        Told.Add($"applied {table.Application} {table.Generation}");
        return Task.FromResult(Refusal);
    }

    public Task<string?> RemoveAsync(string application, CancellationToken cancellationToken)
    {
        Told.Add($"removed {application}");
        return Task.FromResult(Refusal);
    }

    public ValueTask<bool> HasDrainedAsync(RouteTable inForce, CancellationToken cancellationToken) => ValueTask.FromResult(HasDrained);
}

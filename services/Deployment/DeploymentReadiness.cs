using Platform.Deployment.Replicas;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment;

/// <summary>What the deployment service waits for.</summary>
internal sealed class DeploymentReadiness([FromKeyedServices(DeploymentModule.Name)] Database database, Leadership leadership) : IReadinessCheck
{
    public string Name => "replicas";

    public string? Module => DeploymentModule.Name;

    public ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken) => ValueTask.FromResult(database.WaitingFor ?? leadership.WaitingFor);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Swarm;

/// <summary>Adds the swarm runtime.</summary>
public static class SwarmRuntimeRegistration
{
    /// <summary>
    /// Registers <see cref="IReplicaRuntime"/> <c>swarm</c>, beside <see cref="DockerRuntimeRegistration.AddDockerRuntime"/>, whose settings name the
    /// engine: a manager of the Swarm. None is needed until a manifest says <c>runtime: swarm</c>.
    /// </summary>
    public static IHostApplicationBuilder AddSwarmRuntime(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IReplicaRuntime>(services =>
        {
            var options = services.GetRequiredService<IOptions<DockerRuntimeOptions>>().Value;
            var clock = services.GetRequiredService<TimeProvider>();
            return new SwarmRuntime(
                new EngineClient(options.Socket(Environment.GetEnvironmentVariable("DOCKER_HOST")), clock),
                services.GetRequiredService<IEffects>(),
                services.GetRequiredService<ISecrets>(),
                clock,
                options,
                services.GetRequiredService<ILogger<SwarmRuntime>>());
        });
        return builder;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Workloads.Images;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Processes;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>Adds the docker runtime.</summary>
public static class DockerRuntimeRegistration
{
    /// <summary>
    /// Registers <see cref="IReplicaRuntime"/> <c>docker</c>, beside <see cref="ProcessRuntimeRegistration.AddProcessRuntime"/>, which brings the secrets.
    /// No engine is needed until a manifest says <c>runtime: docker</c>. Settings: <c>{ "Docker": { "Endpoint": "unix:///var/run/docker.sock" } }</c>.
    /// </summary>
    public static IHostApplicationBuilder AddDockerRuntime(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<DockerRuntimeOptions>().BindConfiguration("Docker");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<IEffects>(UnhinderedEffects.Instance);
        builder.Services.AddSingleton<IReplicaRuntime>(services =>
        {
            var options = services.GetRequiredService<IOptions<DockerRuntimeOptions>>().Value;
            var clock = services.GetRequiredService<TimeProvider>();
            return new DockerRuntime(
                new EngineClient(options.Socket(Environment.GetEnvironmentVariable("DOCKER_HOST")), clock),
                services.GetRequiredService<IEffects>(),
                services.GetRequiredService<ISecrets>(),
                clock,
                options,
                services.GetRequiredService<ILogger<DockerRuntime>>());
        });
        builder.Services.TryAddSingleton<IImages>(services => new DockerImages(
            new EngineClient(
                services.GetRequiredService<IOptions<DockerRuntimeOptions>>().Value.Socket(Environment.GetEnvironmentVariable("DOCKER_HOST")), services.GetRequiredService<TimeProvider>()),
            services.GetRequiredService<IEffects>(),
            services.GetRequiredService<ISecrets>()));
        return builder;
    }
}

using Platform.Contracts.Deployments;
using Platform.Contracts.Scaling;
using Platform.Deployment.Analysis;
using Platform.Deployment.Api;
using Platform.Deployment.Applications;
using Platform.Deployment.Configuration;
using Platform.Deployment.Environments;
using Platform.Deployment.Measurements;
using Platform.Deployment.Pipeline;
using Platform.Deployment.Replicas;
using Platform.Deployment.Reports;
using Platform.Deployment.Rollouts;
using Platform.Deployment.Secrets;
using Platform.Deployment.Traffic;
using Platform.Deployment.Usage;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Metrics.Scraping;
using Platform.Metrics.Streaming;
using Platform.Storage;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Kubernetes;
using Platform.Workloads.Runtimes.Processes;
using Platform.Workloads.Runtimes.Swarm;
using Platform.Workloads.Secrets;

namespace Platform.Deployment;

/// <summary>
/// The deployment service: the only owner of replicas.
/// <list type="bullet">
/// <item>Listens to the commands DeployApplication, RollBackApplication, PromoteRollout, PauseRollout, ResumeRollout, ApproveRollout, AbortRollout, ScaleApplication, RemoveApplication and to the gateway's
/// TrafficShifted, TrafficNotShifted, ReplicaDrained; to the metric stream for its analysis; asks the sources of further metrics (<c>Measurements/</c>).</item>
/// <item>Owns applications, revisions, rollouts (<c>Rollouts/</c>) with the jobs of their pipelines (<c>Pipeline/</c>), replicas (<c>Replicas/</c>), the routing tables (<c>Traffic/</c>), and
/// what people set: the configuration (<c>Configuration/</c>) with its environments (<c>Environments/</c>), and the
/// secrets (<c>Secrets/</c>).</item>
/// <item>Sends ShiftTraffic. Publishes RolloutStarted, RolloutStepCompleted, RolloutProgressed, DeploymentCompleted, DeploymentFailed, DeploymentRolledBack,
/// ReplicaCreated, ReplicaStarted, ReplicaStopped, ReplicaUnhealthy, ApplicationScaled, ScalingRefused, ApplicationRemoved; CPU and memory to the metric stream.</item>
/// <item>Serves <c>/api/deployment</c> (<c>Api/</c>).</item>
/// </list>
/// </summary>
public static class DeploymentModule
{
    /// <summary>The module's name.</summary>
    public const string Name = "deployment";

    /// <summary>The module, for a host.</summary>
    public static ServiceModule Module { get; } = new(Name, 8014, builder => builder.AddDeployment(), endpoints => endpoints.MapDeployment());

    /// <summary>Registers the service.</summary>
    public static IHostApplicationBuilder AddDeployment(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<DeploymentOptions>("Deployment");
        builder.AddOptions<PipelineOptions>("Pipeline");
        builder.AddModuleDatabase(Name, DeploymentMigrations.All);
        builder.AddAudit(Name);
        builder.AddMetricReader<RevisionMetrics>(Name);
        AddSecrets(builder);
        builder.AddOptions<ProcessRuntimeOptions>("Processes");
        builder.AddProcessRuntime();
        builder.AddOptions<DockerRuntimeOptions>("Docker");
        builder.AddDockerRuntime();
        builder.AddSwarmRuntime();
        builder.AddOptions<KubernetesRuntimeOptions>("Kubernetes");
        builder.AddKubernetesRuntime();
        builder.AddModuleMessaging(Name, bus =>
        {
            bus.AddSagaStateMachine<RolloutStateMachine, RolloutState>();
            bus.AddConsumer<ScaleApplicationConsumer>();
            bus.AddConsumer<RollBackApplicationConsumer>();
            bus.AddConsumer<RemoveApplicationConsumer>();
            bus.AddConsumer<TrafficShiftedConsumer>();
            bus.AddConsumer<TrafficNotShiftedConsumer>();
            bus.AddConsumer<ReplicaDrainedConsumer>();
            bus.HandlesCommand<DeployApplication>();
            bus.HandlesCommand<PromoteRollout>();
            bus.HandlesCommand<PauseRollout>();
            bus.HandlesCommand<ResumeRollout>();
            bus.HandlesCommand<ApproveRollout>();
            bus.HandlesCommand<AbortRollout>();
            bus.HandlesCommand<RollBackApplication>();
            bus.HandlesCommand<AdvanceRollout>();
            bus.HandlesCommand<ScaleApplication>();
            bus.HandlesCommand<RemoveApplication>();
        });

        var services = builder.Services;
        services.AddSingleton<Facts>();
        services.AddSingleton<Manifests>();
        services.AddSingleton<Applications.Scaling>();
        services.AddSingleton<OutsideScales>();
        services.AddSingleton<OutsideScaleFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<OutsideScaleFollower>());
        services.AddSingleton<Removal>();
        services.AddSingleton<Routes>();
        services.AddSingleton<RouteRepeater>();
        services.AddSingleton<Gate>();
        services.AddSingleton<Interventions>();
        services.AddSingleton<Configurations>();
        services.AddSingleton<ConfigurationChanges>();
        services.AddSingleton<Approvals>();
        services.AddSingleton<Promotions>();
        services.AddSingleton<ReportReader>();
        services.AddHostedService<HistoryPruner>();
        AddRollouts(services);
        builder.AddMeasurements();
        services.AddPipeline(DataFolder(builder));
        AddReplicas(builder);
        builder.AddScraper<ReplicaScrapeTargets>();
        services.AddHostedService<UsageSampler>();
        // A reader of its own: two of one name would each get a part of the stream.
        builder.AddMetricReader<UsageLedger>(Name + "-usage");
        services.AddHostedService<UsageWriter>();
        services.AddSingleton<IReadinessCheck, DeploymentReadiness>();
        return builder;
    }

    /// <summary>Maps its HTTP API.</summary>
    public static IEndpointRouteBuilder MapDeployment(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/deployment");
        DeployEndpoints.Map(api);
        RolloutEndpoints.Map(api);
        JobEndpoints.Map(api);
        ApplicationEndpoints.Map(api);
        ScaleEndpoints.Map(api);
        ConfigurationEndpoints.Map(api);
        EnvironmentEndpoints.Map(api);
        SecretEndpoints.Map(api);
        ReportEndpoints.Map(api);
        FigureEndpoints.Map(api);
        return endpoints;
    }

    private static void AddRollouts(IServiceCollection services)
    {
        services.AddSingleton<RolloutIntake>();
        services.AddSingleton<RolloutPlanner>();
        services.AddSingleton<RollbackWindow>();
        services.AddSingleton<RolloutTrials>();
        services.AddSingleton<RolloutFactsReader>();
        services.AddSingleton<RolloutRecorder>();
        services.AddSingleton<RolloutDriver>();
        services.AddHostedService<RolloutTicker>();
        services.AddHostedService<SyntheticRequests>();
    }

    /// <summary>Before the runtimes, which would read from the folder alone.</summary>
    private static void AddSecrets(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SecretVault>();
        builder.Services.AddSingleton<LogMask>();
        builder.Services.AddSingleton(new FolderSecrets(Path.Combine(DataFolder(builder), "secrets")));
        builder.Services.AddSingleton<ISecrets, StoredSecrets>();
    }

    private static string DataFolder(IHostApplicationBuilder builder) => Path.GetFullPath(builder.Configuration["Data"] is { Length: > 0 } folder ? folder : "./.data");

    private static void AddReplicas(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(new ReplicaHome(Path.Combine(DataFolder(builder), "logs")));
        services.AddSingleton<IHealthProbe, HttpHealthProbe>();
        services.AddSingleton<IReplicaPorts, MachinePorts>();
        services.AddSingleton<ReplicaLogs>();
        services.AddSingleton<ReplicaEvents>();
        services.AddSingleton<ReplicaOperations>();
        services.AddSingleton<ReplicaReconciler>();
        services.AddSingleton<ReplicaAdoption>();
        services.AddSingleton<ReplicaShutdown>();
        services.AddSingleton<Leadership>();
        services.AddHostedService<ReplicaController>();
    }
}

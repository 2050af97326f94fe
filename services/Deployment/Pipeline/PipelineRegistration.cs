using Platform.Deployment.Pipeline.Checks;
using Platform.Deployment.Pipeline.Kinds;

namespace Platform.Deployment.Pipeline;

/// <summary>Registers the pipeline's parts.</summary>
internal static class PipelineRegistration
{
    /// <summary>Adds them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="dataFolder">The service's data folder.</param>
    public static void AddPipeline(this IServiceCollection services, string dataFolder)
    {
        services.AddSingleton(new JobHome(Path.Combine(dataFolder, "jobs")));
        services.AddSingleton<OutboundHttp>();
        services.AddSingleton<CommandJob>();
        services.AddSingleton<IJobKind>(s => s.GetRequiredService<CommandJob>());
        services.AddSingleton<IJobKind, RequestJob>();
        services.AddSingleton<IJobKind, CheckJob>();
        services.AddSingleton<IJobKind, BuildJob>();
        services.AddSingleton<IJobKind, PushJob>();
        services.AddSingleton<IJobKind, RemoveImageJob>();
        services.AddSingleton<IJobKind, CleanUpJob>();
        services.AddSingleton<ICheck, HttpCheck>();
        services.AddSingleton<ICheck, PostgresCheck>();
        services.AddSingleton<ICheck, RedisCheck>();
        services.AddSingleton<ICheck, AmqpCheck>();
        services.AddSingleton<ICheck, TcpCheck>();
        services.AddSingleton<JobRun>();
        services.AddHostedService<JobWorker>();
    }
}

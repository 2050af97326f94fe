using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Metrics.Streaming;
using Platform.Storage;

namespace Platform.Hosting.Health;

/// <summary>Registers what readiness asks, after the modules have registered what they have.</summary>
internal static class HealthSetup
{
    public static void Add(IHostApplicationBuilder builder, IReadOnlyList<ServiceModule> modules)
    {
        var services = builder.Services;
        services.AddSingleton<Readiness>();
        services.AddSingleton<IReadinessCheck, BusReadiness>();
        services.AddSingleton<IReadinessCheck, StreamReadiness>();
        foreach (var module in modules)
        {
            services.AddSingleton<IReadinessCheck>(p => new ReadingReadiness(module.Name, p.GetServices<IMetricReading>()));
            if (!services.Any(s => s.IsKeyedService && s.ServiceType == typeof(Database) && module.Name.Equals(s.ServiceKey))) continue;
            services.AddSingleton<IReadinessCheck>(p => new DatabaseReadiness(module.Name, p.GetRequiredKeyedService<Database>(module.Name)));
        }

        builder.AddOptions<HeartbeatOptions>("Heartbeat");
        services.AddHostedService<Heartbeat>();
    }
}

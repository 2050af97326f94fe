using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>Adds the process runtime.</summary>
public static class ProcessRuntimeRegistration
{
    private const string DefaultDataFolder = "./.data";

    /// <summary>
    /// Registers <see cref="IReplicaRuntime"/> <c>process</c>, <see cref="FreePorts"/>, and <see cref="ISecrets"/> from the folder <c>secrets</c> of the
    /// data folder. Settings: <c>{ "Processes": { "LargestLog": 10485760, "KeptLogs": 3 } }</c>.
    /// </summary>
    public static IHostApplicationBuilder AddProcessRuntime(this IHostApplicationBuilder builder)
    {
        var data = Path.GetFullPath(builder.Configuration["Data"] ?? DefaultDataFolder);
        builder.Services.AddOptions<ProcessRuntimeOptions>()
            .BindConfiguration("Processes")
            .Validate(o => o.LargestLog is >= 4096 and <= 1L << 30, "Processes:LargestLog must be from 4096 to 1073741824 bytes.")
            .Validate(o => o.KeptLogs is >= 1 and <= 100, "Processes:KeptLogs must be from 1 to 100.")
            .Validate(o => o.KeptEndedReplicas is >= 0 and <= 10_000, "Processes:KeptEndedReplicas must be from 0 to 10000.")
            .Validate(o => o.LogCheckInterval >= TimeSpan.FromMilliseconds(100) && o.LogCheckInterval <= TimeSpan.FromHours(1), "Processes:LogCheckInterval must be from 00:00:00.1 to 01:00:00.")
            .ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<IEffects>(UnhinderedEffects.Instance);
        builder.Services.TryAddSingleton<ISecrets>(new FolderSecrets(Path.Combine(data, "secrets")));
        builder.Services.TryAddSingleton<FreePorts>();
        builder.Services.AddSingleton<IReplicaRuntime>(services => new ProcessRuntime(
            services.GetRequiredService<IEffects>(),
            services.GetRequiredService<ISecrets>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IOptions<ProcessRuntimeOptions>>().Value,
            services.GetRequiredService<ILogger<ProcessRuntime>>()));
        return builder;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting.Auditing;
using Platform.Hosting.Listening;
using Platform.Storage;

namespace Platform.Hosting;

/// <summary>Registers audit logs.</summary>
public static class AuditRegistration
{
    /// <summary>
    /// Gives the module its <see cref="IAuditLog"/>: a table in the module's database, or a file in the data folder when it has none.
    /// The host does so for every module; a second call changes nothing.
    /// </summary>
    public static IHostApplicationBuilder AddAudit(this IHostApplicationBuilder builder, string module)
    {
        if (builder.Services.Any(s => s.ServiceType == typeof(IAuditLog) && Equals(s.ServiceKey, module))) return builder;
        builder.AddModuleMigrations(module, DatabaseAuditLog.Set, DatabaseAuditLog.Migrations);
        builder.Services.AddKeyedSingleton<IAuditLog>(module, (provider, _) =>
        {
            var clock = provider.GetRequiredService<TimeProvider>();
            return provider.GetKeyedService<Database>(module) is { } database
                ? new DatabaseAuditLog(database, clock)
                : new FileAuditLog(
                    Path.Combine(provider.GetRequiredService<IOptions<NetworkOptions>>().Value.Data, module + ".audit.jsonl"),
                    provider.GetRequiredService<IEffects>(), clock);
        });
        return builder;
    }
}

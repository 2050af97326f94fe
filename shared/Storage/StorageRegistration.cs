using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Storage.Engines;
using Platform.Storage.Migrations;

namespace Platform.Storage;

/// <summary>Gives modules their databases.</summary>
public static class StorageRegistration
{
    /// <summary>
    /// Registers the module's <see cref="Database"/> (inject with <c>[FromKeyedServices(module)]</c>) and migrates it when the host
    /// starts. A server that does not answer holds nothing up: it is tried again, and <see cref="Database.WaitingFor"/> says so.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="module">The module's name: lower case letters.</param>
    /// <param name="migrations">Its tables.</param>
    public static IHostApplicationBuilder AddModuleDatabase(this IHostApplicationBuilder builder, string module, IReadOnlyList<Migration> migrations)
    {
        AddStorage(builder);
        builder.Services.AddKeyedSingleton(module, (provider, _) => Create(provider, module));
        builder.Services.AddSingleton(new ModuleMigrations(module, Lease.Migrations));
        builder.Services.AddSingleton(new ModuleMigrations(module, new MigrationSet(module, migrations)));
        builder.Services.AddSingleton(new ModuleDatabase(module));
        return builder;
    }

    /// <summary>Adds tables of a shared part (messaging, audit) to a module's database, numbered on their own.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="module">Whose database.</param>
    /// <param name="set">The shared part's name.</param>
    /// <param name="migrations">Its tables.</param>
    public static IHostApplicationBuilder AddModuleMigrations(this IHostApplicationBuilder builder, string module, string set, IReadOnlyList<Migration> migrations)
    {
        builder.Services.AddSingleton(new ModuleMigrations(module, new MigrationSet(set, migrations)));
        return builder;
    }

    private static void AddStorage(IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(s => s.ServiceType == typeof(DatabaseStartup))) return;
        builder.Services.AddOptions<StorageOptions>().Bind(builder.Configuration.GetSection("Storage"))
            .Validate(o => o.Kind is "sqlite" or "postgresql", "Storage:Kind: expected sqlite or postgresql.")
            .Validate(o => o.Kind != "postgresql" || !string.IsNullOrWhiteSpace(o.ConnectionString), "Storage:ConnectionString: expected a PostgreSQL connection string (Host=…;Database=…;Username=…), found nothing.")
            .ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<IEffects>(UnhinderedEffects.Instance);
        builder.Services.AddSingleton<DatabaseStartup>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<DatabaseStartup>());
    }

    private static Database Create(IServiceProvider provider, string module)
    {
        var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
        IEngine engine = options.Kind == "postgresql"
            ? new PostgreSqlEngine(module, options.ConnectionString!)
            : new SqliteEngine(Path.Combine(provider.GetRequiredService<IConfiguration>()["Data"] ?? "./.data", $"{module}.db"));
        var migrations = provider.GetServices<ModuleMigrations>().Where(m => m.Module == module).Select(m => m.Set).ToList();
        return new Database(module, engine, migrations, provider.GetRequiredService<IEffects>(), provider.GetRequiredService<TimeProvider>());
    }
}

/// <summary>Tables that belong into a module's database.</summary>
internal sealed record ModuleMigrations(string Module, MigrationSet Set);

/// <summary>Names a module that has a database.</summary>
internal sealed record ModuleDatabase(string Module);

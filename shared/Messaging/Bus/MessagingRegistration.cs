using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Messaging.Bus;
using Platform.Messaging.Outbox;
using Platform.Storage;

namespace Platform.Messaging;

/// <summary>Connects modules to the bus.</summary>
public static class MessagingRegistration
{
    /// <summary>When the host stops: a consumer that waits for its database is cancelled after this, and its message goes back to the broker.</summary>
    private static readonly TimeSpan LongestConsumption = TimeSpan.FromSeconds(5);

    /// <summary>And the bus is left behind after this, well within the host's own deadline.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(12);

    /// <summary>Says what a module listens to. Modules of one process share one bus.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="module">The module's name.</param>
    /// <param name="configure">Its consumers, sagas and commands.</param>
    public static IHostApplicationBuilder AddModuleMessaging(this IHostApplicationBuilder builder, string module, Action<IModuleBusConfigurator>? configure = null)
    {
        var bus = new ModuleBus(module);
        configure?.Invoke(bus);
        builder.Services.AddSingleton(bus);
        builder.AddModuleMigrations(module, "messaging", MessagingTables.Migrations);
        return builder;
    }

    /// <summary>Puts the process's bus together: in memory or on RabbitMQ (<see cref="MessagingOptions"/>). Called once, after all modules.</summary>
    /// <param name="builder">The host.</param>
    public static IHostApplicationBuilder AddPlatformBus(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        var section = builder.Configuration.GetSection("Bus");
        services.AddOptions<MessagingOptions>().Bind(section)
            .Validate(o => o.Transport is "inMemory" or "rabbitMq", "Bus:Transport: expected inMemory or rabbitMq.")
            .Validate(o => o.InboxRetention > o.Retention, "Bus:InboxRetention: expected more than Bus:Retention; otherwise a message sent again after a restart would be handled twice.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IEffects>(UnhinderedEffects.Instance);
        services.AddSingleton<ModuleDatabases>();
        services.AddSingleton<MessageDispatcher>();
        services.AddSingleton<ICommandSender>(provider => provider.GetRequiredService<MessageDispatcher>());
        services.AddSingleton<IEventPublisher>(provider => provider.GetRequiredService<MessageDispatcher>());
        services.AddSingleton<MessagingStatus>();
        services.AddSingleton<IMessagingStatus>(provider => provider.GetRequiredService<MessagingStatus>());

        var modules = services.Select(s => s.ImplementationInstance).OfType<ModuleBus>().ToList();
        RequireOneOwner(modules);
        var rabbitMq = section["Transport"] == "rabbitMq";
        services.Configure<MassTransitHostOptions>(o =>
        {
            o.ConsumerStopTimeout = LongestConsumption;
            o.StopTimeout = LongestStop;
        });
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            foreach (var module in modules) module.Apply(bus);
            if (rabbitMq) bus.UsingRabbitMq(Transports.ConfigureRabbitMq);
            else bus.UsingInMemory(Transports.ConfigureInMemory);
        });
        foreach (var module in modules.Select(m => m.Module).Distinct().Where(m => HasDatabase(services, m))) AddOutbox(services, module);
        return builder;
    }

    private static void AddOutbox(IServiceCollection services, string module)
    {
        services.AddKeyedSingleton(module, (provider, _) => new OutboxRows(
            provider.GetRequiredKeyedService<Database>(module), provider.GetRequiredService<IOptions<MessagingOptions>>().Value));
        services.AddSingleton<IHostedService>(provider => new OutboxDelivery(
            provider.GetRequiredKeyedService<OutboxRows>(module),
            provider.GetRequiredService<MessageDispatcher>(),
            provider.GetRequiredService<MessagingStatus>(),
            provider.GetRequiredService<ILogger<OutboxDelivery>>()));
        services.AddSingleton<IHostedService>(provider => new OutboxCleanup(
            provider.GetRequiredKeyedService<OutboxRows>(module),
            provider.GetRequiredService<ILogger<OutboxCleanup>>()));
    }

    private static bool HasDatabase(IServiceCollection services, string module)
        => services.Any(s => s.IsKeyedService && s.ServiceType == typeof(Database) && module.Equals(s.ServiceKey));

    private static void RequireOneOwner(IEnumerable<ModuleBus> modules)
    {
        foreach (var command in modules.SelectMany(m => m.Commands.Select(c => (Command: c, m.Module))).GroupBy(c => c.Command))
        {
            var owners = command.Select(c => c.Module).Distinct().ToList();
            if (owners.Count > 1)
                throw new InvalidOperationException($"The command {command.Key.Name} has {owners.Count} owners ({string.Join(", ", owners)}); a command has one.");
        }
    }
}

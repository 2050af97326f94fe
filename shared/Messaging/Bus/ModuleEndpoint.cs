using System.Data.Common;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Messaging.Inbox;
using Platform.Storage;

namespace Platform.Messaging.Bus;

/// <summary>
/// How an endpoint treats a message that fails, from the outside in:
/// <code>
/// redelivery (aside, durable, later) ─► retries (now) ─► retries of conflicts (now, many) ─► inbox and transaction ─► consumer
/// </code>
/// </summary>
internal static class ModuleEndpoint
{
    private const int Concurrency = 8;
    private const int MostConflicts = 30;

    public static void Configure(IRegistrationContext context, IReceiveEndpointConfigurator endpoint, string module, string name)
    {
        var options = context.GetRequiredService<IOptions<MessagingOptions>>().Value;
        var database = context.GetRequiredService<ModuleDatabases>()[module];
        ConfigureQueue(endpoint);
        _ = new RedeliveryObserver(endpoint, database, name, options.RedeliveryOrDefault);
        endpoint.UseMessageRetry(retry => retry.Incremental(options.Retries, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(50)));
        endpoint.UseMessageRetry(retry =>
        {
            // Outside the transaction: each attempt begins a new one and sees what the winner has written.
            retry.Handle<ConcurrencyException>();
            retry.Handle<DbException>(StorageErrors.IsConflict);
            retry.Exponential(MostConflicts, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(5));
        });
        _ = new InboxObserver(endpoint, context, database, name);
    }

    public static void ConfigureStateless(IReceiveEndpointConfigurator endpoint)
    {
        ConfigureQueue(endpoint);
        endpoint.UseMessageRetry(retry => retry.Exponential(6, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200)));
    }

    private static void ConfigureQueue(IReceiveEndpointConfigurator endpoint)
    {
        endpoint.PublishFaults = false;
        endpoint.ConcurrentMessageLimit = Concurrency;
        endpoint.PrefetchCount = 2 * Concurrency;
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit) rabbit.SetQuorumQueue();
    }
}

using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Effects;

namespace Platform.Messaging.Bus;

/// <summary>The two transports, set up alike.</summary>
internal static class Transports
{
    public static void ConfigureInMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator bus)
    {
        // Commands reach their owner by their type; nobody subscribes to all of them by their common interface.
        bus.Publish<ICommand>(topology => topology.Exclude = true);
        bus.Publish<IMessage>(topology => topology.Exclude = true);
        Configure(context, bus);
    }

    /// <summary>Queues are replicated logs on disk (quorum), the broker confirms every publish, and returns what no queue would take when we say it must (<see cref="MessageDispatcher"/>).</summary>
    public static void ConfigureRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var uri = context.GetRequiredService<IOptions<MessagingOptions>>().Value.Uri;
        var credentials = uri.UserInfo.Split(':', 2);
        var virtualHost = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/'));
        bus.Host(uri.Host, (ushort)(uri.IsDefaultPort || uri.Port < 0 ? 5672 : uri.Port), virtualHost.Length == 0 ? "/" : virtualHost, host =>
        {
            host.Username(credentials[0].Length == 0 ? "guest" : Uri.UnescapeDataString(credentials[0]));
            host.Password(credentials.Length < 2 ? "guest" : Uri.UnescapeDataString(credentials[1]));
            host.PublisherConfirmation = true;
            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
        });
        bus.Durable = true;
        bus.SendTopology.ConfigureErrorSettings = settings => settings.SetQuorumQueue();
        bus.Publish<ICommand>(topology => topology.Exclude = true);
        bus.Publish<IMessage>(topology => topology.Exclude = true);
        Configure(context, bus);
    }

    private static void Configure<TEndpoint>(IBusRegistrationContext context, IBusFactoryConfigurator<TEndpoint> bus) where TEndpoint : IReceiveEndpointConfigurator
    {
        bus.ConnectReceiveObserver(new AcknowledgeEffects(context.GetRequiredService<IEffects>()));
        bus.ConfigureEndpoints(context);
    }

    /// <summary>Lets the kill tests see the moment after a message has been acknowledged.</summary>
    private sealed class AcknowledgeEffects(IEffects effects) : IReceiveObserver
    {
        public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostReceive(ReceiveContext context)
        {
            effects.After(EffectKind.BusAcknowledge, context.InputAddress.AbsolutePath);
            return Task.CompletedTask;
        }

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class => Task.CompletedTask;

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
    }
}

using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Platform.Messaging.Outbox;
using Platform.Storage;

namespace Platform.Messaging.Inbox;

/// <summary>What a consumer sees inside its transaction: whatever it sends or publishes becomes a row of the outbox.</summary>
internal sealed class TransactionConsumeContext<TMessage> : ConsumeContextScope<TMessage> where TMessage : class
{
    public TransactionConsumeContext(ConsumeContext<TMessage> context, Transaction transaction)
        : base(context, new TransactionHolder(transaction))
    {
        var receive = new TransactionReceiveContext(context, transaction);
        ReceiveContext = receive;
        PublishEndpointProvider = receive.PublishEndpointProvider;
    }

    /// <summary>MassTransit takes the endpoints to send and publish by from the receive context.</summary>
    private sealed class TransactionReceiveContext(ConsumeContext context, Transaction transaction) : ReceiveContextProxy(context.ReceiveContext)
    {
        public override ISendEndpointProvider SendEndpointProvider { get; } =
            new OutboxSendEndpointProvider(new Capture(context, transaction, published: false), context.ReceiveContext.SendEndpointProvider);

        public override IPublishEndpointProvider PublishEndpointProvider { get; } =
            new OutboxPublishEndpointProvider(new Capture(context, transaction, published: true), context.ReceiveContext.PublishEndpointProvider);
    }

    private sealed class Capture(ConsumeContext context, Transaction transaction, bool published) : OutboxSendContext
    {
        public Task AddSend<T>(SendContext<T> send) where T : class
            => ModuleOutbox.Of(transaction).AddAsync(transaction, send, published ? null : send.DestinationAddress, context);

        public object? GetService(Type serviceType)
            => context.TryGetPayload<IServiceProvider>(out var provider) ? provider.GetService(serviceType) : null;
    }
}

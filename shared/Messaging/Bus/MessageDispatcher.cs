using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Effects;
using Platform.Messaging.Outbox;

namespace Platform.Messaging.Bus;

/// <summary>
/// Hands messages to the broker. Events and commands both go out by type; a command must reach a queue, so on RabbitMQ it is sent
/// mandatory: if its owner has never been there, the broker returns it and the sender tries again.
/// </summary>
internal sealed class MessageDispatcher(IBusControl bus, MessagingStatus status, IEffects effects, IOptions<MessagingOptions> options) : ICommandSender, IEventPublisher
{
    private static readonly ActivitySource Source = new("Platform.Messaging");
    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(6);
    private volatile bool _opened;

    public Task SendAsync<T>(T command, CancellationToken cancellation = default) where T : class, ICommand
        => DispatchNowAsync(command, cancellation);

    public Task PublishAsync<T>(T @event, CancellationToken cancellation = default) where T : class, IEvent
        => DispatchNowAsync(@event, cancellation);

    /// <summary>In memory, a message published before all queues are bound is lost: nobody holds it for them.</summary>
    public async Task WaitUntilOpenAsync(CancellationToken cancellation)
    {
        if (_opened) return;
        if (options.Value.Transport == "inMemory") await bus.WaitForHealthStatus(BusHealthStatus.Healthy, cancellation);
        _opened = true;
    }

    /// <exception cref="MessageUnreadableException">The row cannot be turned back into a message.</exception>
    public async Task DispatchAsync(OutboxRow row, CancellationToken cancellation)
    {
        var (message, type) = Read(row);
        using var activity = Continue(row);
        await BoundedAsync(token => effects.PerformAsync(EffectKind.BusPublish, type.Name, async () =>
        {
            if (row.Destination is null)
            {
                await bus.Publish(message, type, Pipe.Execute<PublishContext>(context => Restore(context, row, message)), token);
                return;
            }

            var endpoint = await bus.GetSendEndpoint(new Uri(row.Destination));
            await endpoint.Send(message, type, Pipe.Execute<SendContext>(context => Restore(context, row, message)), token);
        }), cancellation);
    }

    private static (object Message, Type Type) Read(OutboxRow row)
    {
        try
        {
            var type = MessageBody.TypeOf(row.Type) ?? throw new MessageUnreadableException($"This version does not know the message type {row.Type}.");
            return (MessageBody.Read(row.Body, type), type);
        }
        catch (JsonException error)
        {
            throw new MessageUnreadableException($"The body of a {row.Type} is not one: {error.Message}");
        }
    }

    private async Task DispatchNowAsync<T>(T message, CancellationToken cancellation) where T : class, IMessage
    {
        await WaitUntilOpenAsync(cancellation);
        // A broker known to be away is not asked: MassTransit would wait, fail and log each attempt with its stack.
        if (options.Value.Transport == "rabbitMq" && status.Away is { } reason) throw new BusAwayException(reason);
        await BoundedAsync(token => effects.PerformAsync(EffectKind.BusPublish, message.GetType().Name, () =>
            bus.Publish(message, message.GetType(), Pipe.Execute<PublishContext>(context =>
            {
                context.CorrelationId = message.CorrelationId;
                RequireRoute(context, message);
            }), token)), cancellation);
    }

    private static async Task BoundedAsync(Func<CancellationToken, Task> send, CancellationToken cancellation)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(LongestSend);
        try
        {
            await send(bounded.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker has not confirmed the message within {LongestSend.TotalSeconds:0} s.");
        }
    }

    private static void Restore(SendContext context, OutboxRow row, object message)
    {
        context.MessageId = row.MessageId;
        context.CorrelationId = row.CorrelationId;
        context.ConversationId = row.ConversationId ?? context.ConversationId;
        context.InitiatorId = row.InitiatorId;
        if (row.Headers is { } headers)
        {
            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(headers)!) context.Headers.Set(name, value);
        }

        if (row.Destination is null) RequireRoute(context, message);
    }

    private static void RequireRoute(SendContext context, object message)
    {
        if (message is ICommand && context.TryGetPayload<RabbitMqSendContext>(out var rabbit)) rabbit.Mandatory = true;
    }

    /// <summary>The delivery continues the trace that caused the message, and MassTransit's spans continue the delivery's, even if nobody records it.</summary>
    private static Activity? Continue(OutboxRow row)
    {
        if (row.TraceParent is null) return null;
        return Source.StartActivity("outbox deliver", ActivityKind.Internal, row.TraceParent)
            ?? new Activity("outbox deliver").SetParentId(row.TraceParent).Start();
    }
}

/// <summary>A row of the outbox that this version cannot turn back into a message. Trying again would not help.</summary>
internal sealed class MessageUnreadableException(string message) : Exception(message);

using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Scaling;
using Platform.Hosting;
using Platform.Messaging;

namespace Platform.Testing;

/// <summary>Stands in for the owner of replicas: keeps the commands it gets and confirms them.</summary>
internal sealed class RecordingOwner
{
    private readonly ConcurrentDictionary<Guid, ScaleApplication> _commands = new();

    public IReadOnlyList<ScaleApplication> Commands => [.. _commands.Values.OrderBy(command => command.At)];

    /// <summary>False: it answers nothing.</summary>
    public bool Confirms { get; set; } = true;

    public ServiceModule Module => new("deployment", 0, builder =>
    {
        builder.Services.AddSingleton(this);
        builder.AddModuleMessaging("deployment", bus =>
        {
            bus.AddConsumer<ScaleRecorder>(stateless: true);
            bus.HandlesCommand<ScaleApplication>();
        });
    }, _ => { });

    internal sealed class ScaleRecorder(RecordingOwner owner) : IConsumer<ScaleApplication>
    {
        public async Task Consume(ConsumeContext<ScaleApplication> context)
        {
            var command = context.Message;
            // As the real owner does: what the outbox of a former run sends again changes nothing again.
            if (!owner._commands.TryAdd(command.CorrelationId, command) || !owner.Confirms) return;
            await context.Publish(new ApplicationScaled
            {
                Application = command.Application,
                At = DateTimeOffset.UtcNow,
                CorrelationId = command.CorrelationId,
                From = 0,
                To = command.Replicas,
                RequestedBy = command.RequestedBy,
                Reason = command.Reason,
            });
        }
    }
}

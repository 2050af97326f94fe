using System.Collections.Concurrent;
using MassTransit;
using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Scaling;
using Platform.Hosting;
using Platform.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.EndToEnd.Tests.Dashboard;

/// <summary>Stands in for the deployment service: keeps the commands that reach it.</summary>
internal sealed class CommandOwner
{
    private readonly ConcurrentQueue<ICommand> _commands = new();

    public IReadOnlyCollection<ICommand> Commands => _commands;

    public ServiceModule Module => new("deployment", 0, builder =>
    {
        builder.Services.AddSingleton(this);
        builder.AddModuleMessaging("deployment", bus =>
        {
            bus.AddConsumer<CommandKeeper>(stateless: true);
            bus.HandlesCommand<ScaleApplication>();
            bus.HandlesCommand<RollBackApplication>();
            bus.HandlesCommand<PromoteRollout>();
            bus.HandlesCommand<PauseRollout>();
            bus.HandlesCommand<ResumeRollout>();
            bus.HandlesCommand<ApproveRollout>();
            bus.HandlesCommand<AbortRollout>();
        });
    }, _ => { });

    internal sealed class CommandKeeper(CommandOwner owner) : IConsumer<ScaleApplication>, IConsumer<RollBackApplication>, IConsumer<PromoteRollout>,
        IConsumer<PauseRollout>, IConsumer<ResumeRollout>, IConsumer<ApproveRollout>, IConsumer<AbortRollout>
    {
        public Task Consume(ConsumeContext<ScaleApplication> context) => Keep(context.Message);

        public Task Consume(ConsumeContext<RollBackApplication> context) => Keep(context.Message);

        public Task Consume(ConsumeContext<PromoteRollout> context) => Keep(context.Message);

        public Task Consume(ConsumeContext<PauseRollout> context) => Keep(context.Message);

        public Task Consume(ConsumeContext<ResumeRollout> context) => Keep(context.Message);

        public Task Consume(ConsumeContext<ApproveRollout> context) => Keep(context.Message);

        public Task Consume(ConsumeContext<AbortRollout> context) => Keep(context.Message);

        private Task Keep(ICommand command)
        {
            owner._commands.Enqueue(command);
            return Task.CompletedTask;
        }
    }
}

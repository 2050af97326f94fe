using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Messaging.Sagas;
using Platform.Storage;

namespace Platform.Messaging.Bus;

/// <summary>What one module has asked for; applied when the bus of the process is put together.</summary>
internal sealed class ModuleBus(string module) : IModuleBusConfigurator
{
    private readonly List<Action<IBusRegistrationConfigurator>> _registrations = [];
    private readonly List<Type> _commands = [];

    public string Module => module;

    public IReadOnlyList<Type> Commands => _commands;

    public void AddConsumer<TConsumer>(bool stateless = false) where TConsumer : class, IConsumer
    {
        var endpoint = $"{module}-{KebabCaseEndpointNameFormatter.Instance.Consumer<TConsumer>()}";
        _registrations.Add(bus => bus.AddConsumer<TConsumer>().Endpoint(e =>
        {
            e.Name = endpoint;
            if (stateless) e.AddConfigureEndpointCallback((_, configurator) => ModuleEndpoint.ConfigureStateless(configurator));
            else e.AddConfigureEndpointCallback((context, configurator) => ModuleEndpoint.Configure(context, configurator, module, endpoint));
        }));
    }

    public void AddSagaStateMachine<TStateMachine, TSaga>(SagaProjection<TSaga>? project = null)
        where TStateMachine : class, SagaStateMachine<TSaga>
        where TSaga : class, SagaStateMachineInstance, ISagaVersion
    {
        var endpoint = $"{module}-{KebabCaseEndpointNameFormatter.Instance.Saga<TSaga>()}";
        _registrations.Add(bus => bus.AddSagaStateMachine<TStateMachine, TSaga>()
            .Repository(repository =>
            {
                repository.AddSingleton(new SagaSettings<TSaga>(module, project));
                repository.RegisterSagaRepository<TSaga, Transaction, SagaConsumeContextFactory<Transaction, TSaga>, SagaStore<TSaga>>();
                repository.RegisterLoadSagaRepository<TSaga, SagaStore<TSaga>>();
                repository.RegisterQuerySagaRepository<TSaga, SagaStore<TSaga>>();
            })
            .Endpoint(e =>
            {
                e.Name = endpoint;
                e.AddConfigureEndpointCallback((context, configurator) => ModuleEndpoint.Configure(context, configurator, module, endpoint));
            }));
    }

    public void HandlesCommand<TCommand>() where TCommand : class, ICommand => _commands.Add(typeof(TCommand));

    public void Apply(IBusRegistrationConfigurator bus)
    {
        foreach (var registration in _registrations) registration(bus);
    }
}

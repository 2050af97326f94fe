using MassTransit;
using Platform.Contracts;
using Platform.Storage;

namespace Platform.Messaging;

/// <summary>What a module listens to. Every consumer and saga gets an endpoint (queue) of its own, named <c>&lt;module&gt;-&lt;name&gt;</c>.</summary>
public interface IModuleBusConfigurator
{
    /// <summary>The module's name.</summary>
    string Module { get; }

    /// <summary>
    /// Listens with a consumer. It runs in a transaction of the module's database (<see cref="TransactionExtensions.Transaction"/>), in
    /// which the message's id is recorded, so that the same message changes nothing twice, and what it publishes is stored, so that it
    /// is sent only if the transaction commits.
    /// </summary>
    /// <typeparam name="TConsumer">The consumer.</typeparam>
    /// <param name="stateless">True: no database, no inbox, no outbox. The consumer is idempotent by itself, and what it publishes is sent at once.</param>
    void AddConsumer<TConsumer>(bool stateless = false) where TConsumer : class, IConsumer;

    /// <summary>
    /// Runs a saga, its instances kept in the module's database: loaded, changed and saved in the same transaction as inbox and outbox,
    /// with optimistic concurrency by <see cref="ISagaVersion.Version"/>.
    /// </summary>
    /// <typeparam name="TStateMachine">The state machine.</typeparam>
    /// <typeparam name="TSaga">Its instances: kept as JSON, so their state is in public settable properties.</typeparam>
    /// <param name="project">Called in the same transaction whenever an instance has been saved or removed: keeps the module's own read table.</param>
    void AddSagaStateMachine<TStateMachine, TSaga>(SagaProjection<TSaga>? project = null)
        where TStateMachine : class, SagaStateMachine<TSaga>
        where TSaga : class, SagaStateMachineInstance, ISagaVersion;

    /// <summary>Declares that this module is the one owner of a command: one of its consumers or sagas handles it.</summary>
    /// <typeparam name="TCommand">The command.</typeparam>
    void HandlesCommand<TCommand>() where TCommand : class, ICommand;
}

/// <summary>Copies what matters of a saga into a table of the module's own.</summary>
/// <typeparam name="TSaga">The saga.</typeparam>
/// <param name="transaction">The one that saves the saga.</param>
/// <param name="saga">As it is now.</param>
/// <param name="removed">True: it has completed and its instance is gone.</param>
public delegate Task SagaProjection<in TSaga>(Transaction transaction, TSaga saga, bool removed);

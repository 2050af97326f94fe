using MassTransit;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Platform.Storage;

namespace Platform.Messaging.Sagas;

/// <summary>Where a saga's instances are kept, and who wants to know of their changes.</summary>
internal sealed record SagaSettings<TSaga>(string Module, SagaProjection<TSaga>? Project) where TSaga : class;

/// <summary>
/// MassTransit's way to a module's saga instances. Consuming happens in the transaction the inbox has begun; loading and querying from
/// outside reads a snapshot.
/// </summary>
internal sealed class SagaStore<TSaga>(SagaSettings<TSaga> settings, ISagaConsumeContextFactory<Transaction, TSaga> contexts, IServiceProvider provider)
    : ISagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>, IQuerySagaRepositoryContextFactory<TSaga>
    where TSaga : class, SagaStateMachineInstance, ISagaVersion
{
    public Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next) where T : class
        => next.Send(new SagaContext<TSaga, T>(context, context.Transaction(), contexts, settings));

    public async Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next) where T : class
    {
        var transaction = context.Transaction();
        var instances = (await transaction.SagasAsync<TSaga>()).Where(query.GetFilter()).ToList();
        await next.Send(new LoadedSagaRepositoryQueryContext<TSaga, T>(new SagaContext<TSaga, T>(context, transaction, contexts, settings), instances));
    }

    public Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default) where T : class
        => Database.ReadAsync(reader => asyncMethod(new SagaReadContext<TSaga>(reader, cancellationToken)), cancellationToken);

    public Task<T> Execute<T>(Func<QuerySagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default) where T : class
        => Database.ReadAsync(reader => asyncMethod(new SagaReadContext<TSaga>(reader, cancellationToken)), cancellationToken);

    public void Probe(ProbeContext context) => context.Add("persistence", settings.Module);

    private Database Database => provider.GetRequiredKeyedService<Database>(settings.Module);
}

using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;
using Platform.Storage;

namespace Platform.Messaging.Sagas;

/// <summary>Loads and saves instances while a message is consumed, in the consumer's transaction.</summary>
internal sealed class SagaContext<TSaga, TMessage>(
    ConsumeContext<TMessage> context, Transaction transaction, ISagaConsumeContextFactory<Transaction, TSaga> contexts, SagaSettings<TSaga> settings)
    : ConsumeContextScope<TMessage>(context), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, SagaStateMachineInstance, ISagaVersion
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> _context = context;

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode) where T : class
        => contexts.CreateSagaConsumeContext(transaction, consumeContext, instance, mode);

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance)
        => contexts.CreateSagaConsumeContext(transaction, _context, instance, SagaConsumeContextMode.Add);

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance)
        => await SagaRows.TryInsertAsync(transaction, instance)
            ? await contexts.CreateSagaConsumeContext(transaction, _context, instance, SagaConsumeContextMode.Insert)
            : null!;

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
        => await transaction.SagaAsync<TSaga>(correlationId) is { } instance
            ? await contexts.CreateSagaConsumeContext(transaction, _context, instance, SagaConsumeContextMode.Load)
            : null!;

    public async Task Save(SagaConsumeContext<TSaga> context)
        => await ConcludeAsync(context, await SagaRows.TryInsertAsync(transaction, context.Saga), removed: false, "inserted");

    public async Task Update(SagaConsumeContext<TSaga> context)
        => await ConcludeAsync(context, await SagaRows.TryUpdateAsync(transaction, context.Saga), removed: false, "changed");

    public async Task Delete(SagaConsumeContext<TSaga> context)
        => await ConcludeAsync(context, await SagaRows.TryDeleteAsync(transaction, context.Saga), removed: true, "changed");

    /// <summary>Created and completed by the same message: it was never kept.</summary>
    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    /// <summary>The transaction rolls back.</summary>
    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    private async Task ConcludeAsync(SagaConsumeContext<TSaga> context, bool written, bool removed, string otherwise)
    {
        if (!written)
            throw new ConcurrencyException($"Another message has {otherwise} the saga meanwhile.", typeof(TSaga), context.Saga.CorrelationId);
        if (settings.Project is { } project) await project(transaction, context.Saga, removed);
    }
}

/// <summary>Loads and queries instances from outside a consumer.</summary>
internal sealed class SagaReadContext<TSaga>(Reader reader, CancellationToken cancellation)
    : BasePipeContext(cancellation), LoadSagaRepositoryContext<TSaga>, QuerySagaRepositoryContext<TSaga>
    where TSaga : class, SagaStateMachineInstance, ISagaVersion
{
    public async Task<TSaga> Load(Guid correlationId) => (await reader.SagaAsync<TSaga>(correlationId))!;

    public async Task<SagaRepositoryQueryContext<TSaga>> Query(ISagaQuery<TSaga> query, CancellationToken cancellationToken = default)
        => new LoadedSagaRepositoryQueryContext<TSaga>(this, (await reader.SagasAsync<TSaga>()).Where(query.GetFilter()));
}

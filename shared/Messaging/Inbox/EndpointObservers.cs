using MassTransit;
using MassTransit.Configuration;
using MassTransit.DependencyInjection;
using Platform.Storage;

namespace Platform.Messaging.Inbox;

/// <summary>Puts a <see cref="RedeliveryFilter{TMessage}"/> around every message type of an endpoint.</summary>
internal sealed class RedeliveryObserver : ConfigurationObserver, IMessageConfigurationObserver
{
    private readonly Database _database;
    private readonly string _endpoint;
    private readonly IReadOnlyList<TimeSpan> _delays;

    public RedeliveryObserver(IConsumePipeConfigurator configurator, Database database, string endpoint, IReadOnlyList<TimeSpan> delays)
        : base(configurator)
    {
        _database = database;
        _endpoint = endpoint;
        _delays = delays;
        Connect(this);
    }

    public void MessageConfigured<TMessage>(IConsumePipeConfigurator configurator) where TMessage : class
        => configurator.AddPipeSpecification(
            new FilterPipeSpecification<ConsumeContext<TMessage>>(new RedeliveryFilter<TMessage>(_database, _endpoint, _delays)));
}

/// <summary>Puts an <see cref="InboxFilter{TMessage}"/> around every message type of an endpoint, inside its retries.</summary>
internal sealed class InboxObserver : ConfigurationObserver, IMessageConfigurationObserver
{
    private readonly IRegistrationContext _context;
    private readonly Database _database;
    private readonly string _endpoint;

    public InboxObserver(IConsumePipeConfigurator configurator, IRegistrationContext context, Database database, string endpoint)
        : base(configurator)
    {
        _context = context;
        _database = database;
        _endpoint = endpoint;
        Connect(this);
    }

    public void MessageConfigured<TMessage>(IConsumePipeConfigurator configurator) where TMessage : class
        => configurator.AddPipeSpecification(
            new FilterPipeSpecification<ConsumeContext<TMessage>>(new InboxFilter<TMessage>(_database, _endpoint, new ConsumeScopeProvider(_context))));
}

using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Storage;

namespace Platform.Messaging.Bus;

/// <inheritdoc/>
internal sealed class MessagingStatus(IBusControl bus, IOptions<MessagingOptions> options, TimeProvider time, IServiceProvider provider, IEnumerable<ModuleBus> modules) : IMessagingStatus
{
    private const int MostNames = 3;
    private readonly ConcurrentDictionary<string, long> _backlogs = [];
    private readonly IReadOnlyList<Database> _databases =
        [.. modules.Select(m => m.Module).Distinct().Select(m => provider.GetKeyedService<Database>(m)).OfType<Database>()];
    private readonly Lock _gate = new();
    private DateTimeOffset? _downSince;

    public IReadOnlyList<string> WaitingFor
    {
        get
        {
            var waiting = _databases.Select(d => d.WaitingFor).OfType<string>().ToList();
            if (BusTrouble() is { } trouble) waiting.Insert(0, trouble);
            return waiting;
        }
    }

    public long OutboxBacklog => _backlogs.Values.Sum();

    public string? Away => BusIsDown ? BusTrouble() : null;

    /// <summary>
    /// No queue of ours is ready: it is not one queue's trouble but the broker's. MassTransit calls that degraded, because its bus's own
    /// endpoint, on which nobody listens, stays healthy.
    /// </summary>
    public bool BusIsDown
    {
        get
        {
            var health = bus.CheckHealth();
            var queues = health.Endpoints.Values.Where(e => e.InputAddress != bus.Address).ToList();
            return health.Status == BusHealthStatus.Unhealthy || (queues.Count > 0 && queues.All(q => q.Status != BusHealthStatus.Healthy));
        }
    }

    public void Report(string module, long backlog) => _backlogs[module] = backlog;

    private string? BusTrouble()
    {
        var health = bus.CheckHealth();
        lock (_gate)
        {
            if (health.Status == BusHealthStatus.Healthy)
            {
                _downSince = null;
                return null;
            }

            _downSince ??= time.GetUtcNow();
            var backlog = OutboxBacklog;
            return $"{Name()} is not usable since {_downSince:HH:mm:ss} UTC: {Reason(health)}{(backlog > 0 ? $" ({backlog} messages wait in the outbox)" : "")}";
        }
    }

    private string Name()
    {
        var uri = options.Value.Uri;
        return options.Value.Transport == "rabbitMq" ? $"RabbitMQ at {uri.Host}:{(uri.Port < 0 ? 5672 : uri.Port)}" : "The in-memory bus";
    }

    /// <summary>Names the endpoints that are not ready where others are: then it is their queues' trouble rather than the broker's.</summary>
    private static string Reason(BusHealthResult health)
    {
        var waiting = health.Endpoints.Where(e => e.Value.Status != BusHealthStatus.Healthy).ToList();
        var reason = health.Exception?.Message ?? waiting.Select(e => e.Value.Description).FirstOrDefault() ?? health.Description;
        return waiting.Count is > 0 and <= MostNames
            ? $"{string.Join(", ", waiting.Select(e => e.Key[(e.Key.LastIndexOf('/') + 1)..]))} not ready: {reason}"
            : reason;
    }
}

using RabbitMQ.Client;

namespace Platform.Autoscaler.Sources;

/// <summary>
/// Connections to brokers between two readings: opening one costs a broker more than answering. Each is used by one reading at a time; what fails
/// is not used again, and what nobody has used for a while is closed.
/// </summary>
internal sealed class BrokerConnections(TimeProvider time) : IAsyncDisposable
{
    /// <summary>Longer than the longest interval of a metric.</summary>
    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly List<Resting> _resting = [];

    /// <summary>Connections that no reading uses at present.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _resting.Count;
        }
    }

    /// <summary>Uses a connection, one that rests or a new one.</summary>
    public async Task<T> UseAsync<T>(BrokerKey key, Func<Task<IConnection>> open, Func<IConnection, Task<T>> use)
    {
        var connection = await TakeAsync(key) ?? await open();
        try
        {
            var result = await use(connection);
            lock (_gate) _resting.Add(new Resting(key, connection, time.GetTimestamp()));
            return result;
        }
        catch
        {
            await EndAsync(connection);
            throw;
        }
    }

    /// <summary>Closes what nobody has used for a while.</summary>
    public Task SweepAsync() => EndAllAsync(one => !one.Connection.IsOpen || time.GetElapsedTime(one.Since) > Unused);

    public async ValueTask DisposeAsync() => await EndAllAsync(_ => true);

    /// <summary>The one that was used last, so that those too many become old.</summary>
    private async Task<IConnection?> TakeAsync(BrokerKey key)
    {
        while (true)
        {
            Resting? found;
            lock (_gate)
            {
                found = _resting.FindLast(one => one.Key == key);
                if (found is null) return null;
                _resting.Remove(found);
            }

            if (found.Connection.IsOpen) return found.Connection;
            await EndAsync(found.Connection);
        }
    }

    private async Task EndAllAsync(Predicate<Resting> ended)
    {
        List<Resting> all;
        lock (_gate)
        {
            all = _resting.FindAll(ended);
            _resting.RemoveAll(all.Contains);
        }

        foreach (var one in all) await EndAsync(one.Connection);
    }

    /// <summary>However it is: to abort does not fail.</summary>
    private static async Task EndAsync(IConnection connection)
    {
        await connection.AbortAsync();
        await connection.DisposeAsync();
    }

    private sealed record Resting(BrokerKey Key, IConnection Connection, long Since);
}

/// <summary>What makes two connections the same.</summary>
internal sealed record BrokerKey(string Host, string VirtualHost, BrokerLogin Login);

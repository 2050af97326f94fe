namespace Platform.Hosting;

/// <summary>Something that a service needs before it can do its job.</summary>
public interface IReadinessCheck
{
    /// <summary>What it is: <c>bus</c>, <c>database</c>.</summary>
    string Name { get; }

    /// <summary>The module it belongs to; null: all of the process.</summary>
    string? Module => null;

    /// <summary>What is waited for, in words: <c>RabbitMQ at 127.0.0.1:5672, unreachable since 12:00:03</c>. Null: nothing.</summary>
    ValueTask<string?> WaitingForAsync(CancellationToken cancellationToken);
}

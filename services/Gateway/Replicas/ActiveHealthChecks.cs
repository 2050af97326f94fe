using Platform.Gateway.Routing;

namespace Platform.Gateway.Replicas;

/// <summary>Asks every routed replica's health path, once per interval. A replica that stops passing is avoided, one that passes again is used at once.</summary>
internal sealed partial class ActiveHealthChecks(RouteTables tables, GatewayOptions options, TimeProvider time, ILogger<ActiveHealthChecks> logger) : BackgroundService
{
    /// <summary>Checks every replica once.</summary>
    internal Task CheckAsync(CancellationToken cancellationToken) => Task.WhenAll(
        from route in tables.Snapshot.Routes
        where route.Table.HealthPath is not null
        from replica in route.Replicas
        select CheckAsync(route, replica, cancellationToken));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.HealthInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await CheckAsync(stoppingToken);
    }

    private async Task CheckAsync(ApplicationRoute route, Replica replica, CancellationToken cancellationToken)
    {
        if (await AskAsync(route, replica, cancellationToken) is { } seen)
        {
            var passed = replica.Health.ChecksPass;
            replica.Health.CheckFailed(seen);
            if (passed && !replica.Health.ChecksPass) LogUnhealthy(replica.Id, replica.Application, replica.Revision, seen);
        }
        else if (replica.Health.CheckPassed())
        {
            LogHealthy(replica.Id, replica.Application, replica.Revision);
            route.Traffic.SignalChange();
        }
    }

    /// <summary>What is wrong with the replica; null: nothing.</summary>
    private async Task<string?> AskAsync(ApplicationRoute route, Replica replica, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.HealthTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, replica.Prefix + route.Table.HealthPath);
            using var response = await replica.Client.SendAsync(request, either.Token);
            // Read, so that the connection can be used again.
            await response.Content.CopyToAsync(Stream.Null, either.Token);
            return response.IsSuccessStatusCode ? null : $"{route.Table.HealthPath} answered {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{route.Table.HealthPath} gave no answer within {options.HealthTimeout}";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or ObjectDisposedException)
        {
            return $"{route.Table.HealthPath}: {exception.Message}";
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Replica {Replica} of {Application} {Revision} fails its health checks: {Seen}; it gets no requests while another one can take them")]
    private partial void LogUnhealthy(string replica, string application, string revision, string seen);

    [LoggerMessage(2, LogLevel.Information, "Replica {Replica} of {Application} {Revision} is healthy again")]
    private partial void LogHealthy(string replica, string application, string revision);
}

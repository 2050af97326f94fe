using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.Hosting.Listening;

/// <summary>Says, once every port is open, what listens where and where the first key lies.</summary>
internal sealed partial class Announcement(ServiceAddresses addresses, IOptions<NetworkOptions> network, ILogger<Announcement> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in addresses.Listeners)
        {
            LogListening(logger, listener.ToString(), listener.IsTraffic ? addresses.Traffic(listener.Module.Name)! : addresses.Control(listener.Module.Name));
        }

        LogKey(logger, Path.Combine(network.Value.Data, "admin.key"));
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "{Service} listens on {Address}")]
    private static partial void LogListening(ILogger logger, string service, Uri address);

    [LoggerMessage(2, LogLevel.Information, "The admin's access is in the file {Path}")]
    private static partial void LogKey(ILogger logger, string path);
}

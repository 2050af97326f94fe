using System.Net;
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
            var address = listener.IsTraffic ? addresses.Traffic(listener.Module.Name)! : addresses.Control(listener.Module.Name);
            var bound = listener.IsTraffic ? network.Value.TrafficAddress : network.Value.ControlAddress;
            // Bound to every address: that is to be seen, not the one by which this machine reaches it.
            if (bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any)) address = new UriBuilder(address) { Host = bound.ToString() }.Uri;
            LogListening(logger, listener.ToString(), address);
        }

        // There is none where the configuration names the keys.
        var key = Path.Combine(network.Value.Data, "admin.key");
        if (File.Exists(key)) LogKey(logger, key);
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

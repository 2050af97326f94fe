using Microsoft.Extensions.Options;
using Platform.Hosting.Outbound;

namespace Platform.Deployment.Pipeline;

/// <summary>Requests to addresses that a manifest names: only to what may be reached (<c>Pipeline:Allow</c>), no redirects, no cookies, no proxy.</summary>
internal sealed class OutboundHttp : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public OutboundHttp(IOptions<PipelineOptions> options) =>
        Client = new HttpClient(GuardedConnections.Handler(new AddressPolicy(AllowedNetworks.Of(options.Value.Allow), "Pipeline:Allow"), ConnectTimeout)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The client. Time limits are the caller's.</summary>
    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();
}

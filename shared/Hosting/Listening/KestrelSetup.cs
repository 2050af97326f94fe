using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Platform.Hosting.Listening;

/// <summary>Opens the ports, and nothing else: no address comes from ASPNETCORE_* or launch settings.</summary>
internal static class KestrelSetup
{
    public static void Configure(WebApplicationBuilder builder, IReadOnlyList<Listener> listeners, NetworkOptions network, LimitOptions limits)
    {
        // What cannot be loaded is already among the configuration's problems, which are reported before anything is opened.
        var certificate = network.Tls.TryLoad(out _);
        builder.WebHost.UseKestrelCore();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.ControlBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = limits.Headers;
            kestrel.Limits.MaxRequestHeaderCount = limits.HeaderCount;
            kestrel.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
            kestrel.Limits.KeepAliveTimeout = limits.KeepAlive;
            foreach (var listener in listeners)
            {
                kestrel.Listen(listener.Address, listener.Port, options =>
                {
                    listener.Options = options;

                    // HTTP/2 without TLS needs prior knowledge, which Kestrel cannot mix with HTTP/1.1 on one port.
                    options.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                    options.Use(next => connection =>
                    {
                        connection.Features.Set(listener);
                        return next(connection);
                    });
                    if (certificate is not null) options.UseHttps(certificate);
                });
            }
        });
    }
}

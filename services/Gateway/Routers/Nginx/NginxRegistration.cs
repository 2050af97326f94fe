using Platform.Hosting;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>Registers the nginx router, if there is a folder for its files.</summary>
internal static class NginxRegistration
{
    public static void AddNginxRouter(this IHostApplicationBuilder builder)
    {
        if (builder.AddOptions<NginxOptions>("Nginx").Folder is null) return;
        builder.Services.AddSingleton<LocalNginx>();
        builder.Services.AddSingleton<INginx>(p => p.GetRequiredService<LocalNginx>());
        builder.Services.AddSingleton<ITrafficRouter, NginxRouter>();
        builder.Services.AddHostedService<NginxSamples>();
    }
}

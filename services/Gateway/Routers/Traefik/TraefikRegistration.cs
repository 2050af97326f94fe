using Platform.Hosting;

namespace Platform.Gateway.Routers.Traefik;

/// <summary>Registers the Traefik router, if there is a folder for its files.</summary>
internal static class TraefikRegistration
{
    public static void AddTraefikRouter(this IHostApplicationBuilder builder)
    {
        if (builder.AddOptions<TraefikOptions>("Traefik").Folder is null) return;
        builder.Services.AddSingleton<ITrafficRouter, TraefikRouter>();
    }
}

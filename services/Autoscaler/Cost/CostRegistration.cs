using Platform.Autoscaler.Pictures;
using Platform.Hosting;

namespace Platform.Autoscaler.Cost;

/// <summary>Costs, shadows and sizes: what follows them, and tells them to those who draw.</summary>
internal static class CostRegistration
{
    public static void AddCost(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<CostOptions>("Cost");
        builder.Services.AddSingleton<CostBook>().AddSingleton<CostDesk>();
        builder.Services.AddHostedService<PictureLoop>();
        builder.Services.AddSingleton<CostLoop>().AddHostedService(services => services.GetRequiredService<CostLoop>());
    }
}

using Platform.Hosting;

namespace Platform.Autoscaler.Cost;

/// <summary>Costs, shadows and sizes: what follows them.</summary>
internal static class CostRegistration
{
    public static void AddCost(this IHostApplicationBuilder builder)
    {
        builder.AddOptions<CostOptions>("Cost");
        builder.Services.AddSingleton<CostBook>().AddSingleton<CostDesk>();
        builder.Services.AddSingleton<CostLoop>().AddHostedService(services => services.GetRequiredService<CostLoop>());
    }
}

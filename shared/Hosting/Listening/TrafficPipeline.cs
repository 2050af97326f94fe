using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.Hosting.Listening;

/// <summary>A traffic port: the module's own pipeline and nothing around it but the larger body.</summary>
internal static class TrafficPipeline
{
    public static void Build(IApplicationBuilder branch, ServiceModule module, LimitOptions limits)
    {
        branch.Use((context, next) =>
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = limits.TrafficBody;
            return next(context);
        });
        module.Traffic!(branch);
    }
}

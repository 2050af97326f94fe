using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Platform.Hosting.Listening;

/// <summary>Where the dashboard is. Section <c>Dashboard</c>.</summary>
internal sealed class DashboardOptions : IValidatable
{
    /// <summary>The dashboard's address, for services that run in a process of their own: http://127.0.0.1:8015/. Default: the one in this process, if any.</summary>
    public Uri? Url { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (Url is not null && !(Url.IsAbsoluteUri && Url.Scheme is "http" or "https")) yield return new ConfigurationProblem(nameof(Url), "an absolute http or https address", $"'{Url}'");
    }
}

/// <summary>Who opens another service's port in a browser is shown the way to the dashboard.</summary>
internal static class DashboardLink
{
    public static void Map(IEndpointRouteBuilder endpoints, ServiceModule module)
    {
        var services = endpoints.ServiceProvider;
        var configured = services.GetRequiredService<IOptions<DashboardOptions>>().Value.Url;
        var here = services.GetRequiredService<IReadOnlyList<ServiceModule>>().FirstOrDefault(other => other.HasDashboard);
        if (module.HasDashboard || (configured ?? (object?)here) is null) return;
        endpoints.MapGet("/", (IServiceAddresses addresses) => Results.Redirect((here is null ? configured! : addresses.Control(here.Name)).ToString()))
            .OpenToAll("It only says where the dashboard is.").ExcludeFromDescription();
    }
}

using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting.Listening;

namespace Platform.Hosting.Security;

/// <summary>Registers who may ask and what for.</summary>
internal static class SecuritySetup
{
    /// <summary>For what loopback may read without a key: metrics and the API's description.</summary>
    public const string LoopbackOrViewer = "loopback-or-viewer";

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<KeyStore>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<FailureLimiter>().AddSingleton<IGuessLimit>(provider => provider.GetRequiredService<FailureLimiter>());
        services.AddSingleton(provider => new SecretBox(
            provider.GetRequiredService<IOptions<NetworkOptions>>(), provider.GetRequiredService<IOptions<SealingOptions>>(),
            provider.GetRequiredService<IEffects>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<StreamSeats>();
        services.AddAuthentication(KeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, null);
        var authorization = services.AddAuthorizationBuilder();
        foreach (var role in Roles.Ascending)
        {
            authorization.AddPolicy(role, policy => policy.RequireAuthenticatedUser().RequireAssertion(c => Includes(c.User, role)));
        }

        authorization.AddPolicy(LoopbackOrViewer, policy => policy.RequireAssertion(c => Includes(c.User, Roles.Viewer) || IsFromLoopback(c.Resource)));

        // An endpoint that states no policy answers nobody. What routing itself made (405, 415) is not an endpoint of ours: any key sees it.
        authorization.SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser()
            .RequireAssertion(c => c.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint).Build());
    }

    private static bool Includes(ClaimsPrincipal user, string role) => Roles.Includes(user.FindFirstValue(ClaimTypes.Role), role);

    private static bool IsFromLoopback(object? resource) =>
        resource is HttpContext { Connection.RemoteIpAddress: { } remote } && IPAddress.IsLoopback(remote);
}

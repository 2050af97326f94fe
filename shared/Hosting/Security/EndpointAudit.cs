using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Hosting.Security;

namespace Platform.Hosting;

/// <summary>An endpoint and who may use it.</summary>
/// <param name="Module">The module whose control port serves it.</param>
/// <param name="Methods">Its HTTP methods; empty: any.</param>
/// <param name="Path">Its route.</param>
/// <param name="Policies">The policies that must all hold.</param>
/// <param name="OpenBecause">Why it is open to all; null: it is not.</param>
public sealed record EndpointRule(string Module, IReadOnlyList<string> Methods, string Path, IReadOnlyList<string> Policies, string? OpenBecause)
{
    /// <summary>Whether someone has said who may use it: exactly one of a known policy or a reason to be open.</summary>
    public bool HasRule => OpenBecause is not null
        ? Policies.Count == 0 && OpenBecause.Length > 0
        : Policies.Count > 0 && Policies.All(p => Roles.Ascending.Contains(p) || p == SecuritySetup.LoopbackOrViewer);

    /// <inheritdoc/>
    public override string ToString() => $"{Module} {string.Join('|', Methods)} {Path}: {OpenBecause ?? string.Join(", ", Policies)}";
}

/// <summary>Lists every endpoint of a started host with its rule, for the test that fails on one without.</summary>
public static class EndpointAudit
{
    /// <summary>Every endpoint of every control port.</summary>
    public static IReadOnlyList<EndpointRule> List(IServiceProvider services) =>
        [.. services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(Rule)];

    private static EndpointRule Rule(RouteEndpoint endpoint)
    {
        var open = endpoint.Metadata.GetMetadata<IAllowAnonymous>();
        return new EndpointRule(
            endpoint.Metadata.GetMetadata<ServiceModule>()?.Name ?? "",
            endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [],
            "/" + endpoint.RoutePattern.RawText?.TrimStart('/'),
            [.. endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy ?? "")],
            open is null ? null : (open as OpenToAllAttribute)?.Reason ?? "");
    }
}

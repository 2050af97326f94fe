using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Platform.Hosting;

/// <summary>Marks an endpoint that is open on purpose, with the reason. Without it, or a policy, an endpoint answers nobody.</summary>
/// <param name="reason">Why nobody has to identify themselves here.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToAllAttribute(string reason) : Attribute, IAllowAnonymous
{
    /// <summary>Why nobody has to identify themselves here.</summary>
    public string Reason { get; } = reason;
}

/// <summary>Opens an endpoint on purpose.</summary>
public static class OpenToAllExtensions
{
    /// <summary>Lets everyone in, and says why.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder endpoint, string reason)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new OpenToAllAttribute(reason));
}

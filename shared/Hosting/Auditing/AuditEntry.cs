using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Hosting.Auditing;

namespace Platform.Hosting;

/// <summary>One change: who did what to what, why, and how it looked before and after.</summary>
public sealed record AuditEntry
{
    /// <summary>Its place in the log; given when it is recorded.</summary>
    public long Id { get; init; }
    /// <summary>When; given when it is recorded.</summary>
    public DateTimeOffset At { get; init; }
    /// <summary>Who: the key's name.</summary>
    public required string Who { get; init; }
    /// <summary>The role it was done with.</summary>
    public required string Role { get; init; }
    /// <summary>What, verb and noun: <c>deploy application</c>.</summary>
    public required string Action { get; init; }
    /// <summary>To what: an application, a key, a webhook.</summary>
    public required string Target { get; init; }
    /// <summary>Why, if it was said.</summary>
    public string? Why { get; init; }
    /// <summary>How it was; secrets masked.</summary>
    public JsonNode? Before { get; init; }
    /// <summary>How it is; secrets masked.</summary>
    public JsonNode? After { get; init; }

    /// <summary>An entry for a change that a request asks for.</summary>
    public static AuditEntry For(HttpContext context, string action, string target, string? why = null, object? before = null, object? after = null) => new()
    {
        Who = context.User.Identity?.Name ?? "nobody",
        Role = context.User.FindFirstValue(ClaimTypes.Role) ?? "none",
        Action = action,
        Target = target,
        Why = why,
        Before = AuditState.Of(before),
        After = AuditState.Of(after),
    };
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Http;

namespace Platform.Hosting.Security;

/// <summary>
/// <c>/keys</c>: an admin makes, lists and revokes keys. On every control port, since services that do not share a data folder
/// have keys of their own; those that do see the same keys everywhere.
/// </summary>
internal static class KeyEndpoints
{
    private const int MaxNameLength = 100;

    public static void Map(IEndpointRouteBuilder endpoints, ServiceModule module)
    {
        var keys = endpoints.MapGroup("/keys").WithTags("Keys").RequireAuthorization(Roles.Admin);
        keys.MapGet("", (KeyStore store) => TypedResults.Ok(new Page<KeyView> { Items = [.. store.All().Select(KeyView.Of)] }))
            .WithSummary("Every key: its name, role and end, never the key itself.");
        keys.MapPost("", (CreateKeyRequest request, HttpContext context, KeyStore store, TimeProvider clock) => CreateAsync(request, context, store, clock, module))
            .WithSummary("Makes a key. The answer is the only time the key itself is shown.").Produces<CreatedKey>(StatusCodes.Status201Created);
        keys.MapDelete("/{id}", (string id, HttpContext context, KeyStore store) => RevokeAsync(id, context, store, module))
            .WithSummary("Revokes a key, and every session that came from it.").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> CreateAsync(CreateKeyRequest request, HttpContext context, KeyStore store, TimeProvider clock, ServiceModule module)
    {
        var problems = Problems(request).ToArray();
        if (problems.Length > 0) return Problem.BadRequest("invalid-key", "The key cannot be made", problems);

        var expires = request.ExpiresIn is { } lifetime ? clock.GetUtcNow() + lifetime : (DateTimeOffset?)null;
        await RecordAsync(context, module, "create key", request.Name, request.Reason, null, new { request.Name, request.Role, ExpiresAt = expires });
        var (key, secret) = store.Create(request.Name, request.Role, expires);
        return TypedResults.Created("/keys/" + key.Id, new CreatedKey { Id = key.Id, Name = key.Name, Role = key.Role, ExpiresAt = key.ExpiresAt, Key = secret });
    }

    private static async Task<IResult> RevokeAsync(string id, HttpContext context, KeyStore store, ServiceModule module)
    {
        var key = store.All().FirstOrDefault(k => k.Id == id);
        if (key is null) return Problem.NotFound("key-not-found", "There is no such key", "GET /keys lists them.");
        if (KeyStore.IsConfigured(key)) return Problem.Conflict("key-configured", "The key stands in the configuration", "Remove it from Auth:Keys and restart the service.");
        if (key.Role == Roles.Admin && !store.All().Any(k => k.Id != id && k.Role == Roles.Admin && store.IsLive(k.Id)))
        {
            return Problem.Conflict("last-admin-key", "The last admin key cannot be revoked", "Make another admin key first.");
        }

        await RecordAsync(context, module, "revoke key", key.Name, null, KeyView.Of(key), null);
        store.Revoke(id);
        return TypedResults.NoContent();
    }

    private static IEnumerable<FieldProblem> Problems(CreateKeyRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MaxNameLength || request.Name.Any(char.IsControl))
        {
            yield return new FieldProblem("name", $"1 to {MaxNameLength} printable characters", request.Name.Length == 0 ? "nothing" : $"{request.Name.Length} characters");
        }

        if (!Roles.Ascending.Contains(request.Role)) yield return new FieldProblem("role", "viewer, operator or admin", $"'{request.Role}'");
        if (request.ExpiresIn is { } lifetime && (lifetime <= TimeSpan.Zero || lifetime > TimeSpan.FromDays(3650)))
        {
            yield return new FieldProblem("expiresIn", "more than 0 and at most 3650d", Contracts.Units.Duration.Format(lifetime));
        }
    }

    private static Task RecordAsync(HttpContext context, ServiceModule module, string action, string target, string? why, object? before, object? after) =>
        context.RequestServices.GetRequiredKeyedService<IAuditLog>(module.Name)
            .RecordAsync(AuditEntry.For(context, action, target, why, before, after), context.RequestAborted);
}

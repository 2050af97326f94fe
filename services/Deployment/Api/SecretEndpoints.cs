using System.Text;
using System.Text.RegularExpressions;
using Platform.Contracts.Http;
using Platform.Deployment.Secrets;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.Deployment.Api;

/// <summary>Secrets: set, list, delete. There is no endpoint that gives a value back.</summary>
internal static partial class SecretEndpoints
{
    private const int LongestValue = 64 * 1024;

    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        var secrets = api.MapGroup("/secrets").WithTags("Secrets");
        secrets.MapGet("", ListAsync).WithSummary("Names, versions and times; never values.").Produces<Page<SecretRow>>().RequireAuthorization(Roles.Operator);
        secrets.MapPut("/{name}", SetAsync).WithSummary("Sets a secret; replicas started from now on get it.").Produces<SecretRow>().RequireAuthorization(Roles.Admin);
        secrets.MapDelete("/{name}", DeleteAsync).WithSummary("Forgets a secret; replicas that refer to it do not start any more.").Produces(204).RequireAuthorization(Roles.Admin);
        secrets.MapPost("/rotate", RotateAsync).WithSummary("Seals every secret with a new data key; values and versions stay.").Produces<RotatedSecrets>().RequireAuthorization(Roles.Admin);
    }

    private static async Task<IResult> ListAsync(HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, [AsParameters] PageRequest page)
    {
        if (page.Check() is { } problem) return problem;
        var rows = await database.ReadAsync(reader => reader.SecretsAsync(page.After ?? "", page.Take + 1), http.RequestAborted);
        return TypedResults.Ok(page.Of(rows, r => r.Name));
    }

    private static async Task<IResult> SetAsync(
        string name, SecretRequest body, HttpContext http, SecretVault vault, [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit)
    {
        var problems = new List<FieldProblem>();
        if (!NamePattern().IsMatch(name)) problems.Add(new FieldProblem("name", "letters, digits, '.', '_' and '-', starting with a letter or digit, at most 127 characters", "something else"));
        if (Encoding.UTF8.GetByteCount(body.Value) is var length and (0 or > LongestValue)) problems.Add(new FieldProblem("value", $"1 to {LongestValue} bytes", $"{length} bytes"));
        if (problems.Count > 0) return Problem.BadRequest("invalid-secret", "The secret cannot be set", problems);
        var row = await database.TransactAsync(
            async tx =>
            {
                var before = await tx.SecretAsync(name);
                var after = await vault.SetAsync(tx, name, body.Value, http.User.Identity?.Name ?? "nobody");
                await audit.RecordAsync(tx, AuditEntry.For(http, "set secret", name, body.Reason, before is null ? null : new { before.Version }, new { after.Version }));
                return after;
            },
            http.RequestAborted);
        return TypedResults.Ok(row);
    }

    private static async Task<IResult> DeleteAsync(
        string name, HttpContext http, [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit, string? reason = null)
    {
        var gone = await database.TransactAsync(
            async tx =>
            {
                if (await tx.SecretAsync(name) is not { } before) return false;
                await tx.ExecuteAsync("DELETE FROM secrets WHERE name = @name", new { name });
                await audit.RecordAsync(tx, AuditEntry.For(http, "delete secret", name, reason, new { before.Version }));
                return true;
            },
            http.RequestAborted);
        return gone ? TypedResults.NoContent() : Problem.NotFound("no-such-secret", "There is no such secret", "No secret of this name was set. GET /api/deployment/secrets lists them.");
    }

    private static async Task<IResult> RotateAsync(HttpContext http, SecretVault vault, [FromKeyedServices(DeploymentModule.Name)] Database database, [FromKeyedServices(DeploymentModule.Name)] IAuditLog audit)
    {
        var count = await database.TransactAsync(
            async tx =>
            {
                var sealedAnew = await vault.RotateAsync(tx);
                await audit.RecordAsync(tx, AuditEntry.For(http, "rotate the secrets' data key", "secrets", null, null, new { count = sealedAnew }));
                return sealedAnew;
            },
            http.RequestAborted);
        return TypedResults.Ok(new RotatedSecrets { Count = count });
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,126}\z")]
    private static partial Regex NamePattern();
}

/// <summary>Body of <c>PUT /secrets/{name}</c>.</summary>
internal sealed record SecretRequest
{
    /// <summary>The value, 1 byte to 64 KiB. Nothing ever gives it back.</summary>
    public required string Value { get; init; }
    /// <summary>Why, for the audit log. Optional.</summary>
    public string? Reason { get; init; }
}

/// <summary>Answer of a rotation.</summary>
internal sealed record RotatedSecrets
{
    /// <summary>Secrets that were sealed anew.</summary>
    public required int Count { get; init; }
}

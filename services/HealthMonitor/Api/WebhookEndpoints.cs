using System.Text.Json;
using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.Subscriptions;
using Platform.Hosting;
using Platform.Hosting.Json;
using Platform.Hosting.Security;
using Platform.Storage;

namespace Platform.HealthMonitor.Api;

/// <summary>Webhooks: who gets which events, and what became of them. Secrets go in, never out.</summary>
internal static class WebhookEndpoints
{
    private const int MostWebhooks = 100;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var webhooks = endpoints.MapGroup("/webhooks");
        webhooks.MapGet("", ListAsync).RequireAuthorization(Roles.Viewer).WithSummary("Webhooks");
        webhooks.MapGet("/{id}", GetAsync).RequireAuthorization(Roles.Viewer).WithSummary("One webhook");
        webhooks.MapPost("", CreateAsync).RequireAuthorization(Roles.Admin).WithSummary("Subscribe a webhook")
            .WithDescription("Events are posted as CloudEvents 1.0 (structured JSON), signed as Standard Webhooks, in the order of the log, at least once. Without a secret one is made and shown once.");
        webhooks.MapPut("/{id}", PutAsync).RequireAuthorization(Roles.Admin).WithSummary("Change a webhook")
            .WithDescription("A changed URL clears the secret: give a new one, or one is made and shown once.");
        webhooks.MapDelete("/{id}", DeleteAsync).RequireAuthorization(Roles.Admin).WithSummary("Delete a webhook");
        webhooks.MapPost("/{id}/ping", PingAsync).RequireAuthorization(Roles.Operator).WithSummary("Send a test event now");
        DeliveryEndpoints.Map(webhooks);
    }

    private static async Task<IResult> ListAsync([FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken)
    {
        var all = await database.ReadAsync(SubscriptionStore.ListAsync, cancellationToken);
        return Results.Ok(new Contracts.Http.Page<WebhookView> { Items = [.. all.Where(IsWebhook).Select(s => WebhookView.Of(s))] });
    }

    private static async Task<IResult> GetAsync(string id, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken) =>
        await FindAsync(database, id, cancellationToken) is { } found ? Results.Ok(WebhookView.Of(found)) : Unknown(id);

    private static async Task<IResult> CreateAsync(
        WebhookRequest request, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database,
        [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, SecretBox box, TimeProvider time, CancellationToken cancellationToken)
    {
        if (WebhookValidation.Validate(request) is { Count: > 0 } problems) return Invalid(problems);
        return await database.TransactAsync<IResult>(async transaction =>
        {
            if ((await SubscriptionStore.ListAsync(transaction)).Count >= MostWebhooks)
            {
                return Problem.Conflict("too-many-webhooks", "There are too many webhooks", $"At most {MostWebhooks} are kept; delete one first.");
            }

            var made = request.Secret is null ? Signature.NewSecret() : null;
            var id = Guid.NewGuid().ToString("N");
            var created = Row(request, id, WebhookSecret.Seal(box, id, request.Secret ?? made!), time.GetUtcNow(), await EventLog.HeadAsync(transaction));
            await SubscriptionStore.PutAsync(transaction, created);
            await audit.RecordAsync(transaction, AuditEntry.For(http, "create webhook", created.Id, after: Audited(created)));
            return Results.Created($"/webhooks/{created.Id}", WebhookView.Of(created, made));
        }, cancellationToken);
    }

    private static async Task<IResult> PutAsync(
        string id, WebhookRequest request, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database,
        [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, SecretBox box, TimeProvider time, CancellationToken cancellationToken)
    {
        if (WebhookValidation.Validate(request) is { Count: > 0 } problems) return Invalid(problems);
        return await database.TransactAsync<IResult>(async transaction =>
        {
            if (await SubscriptionStore.FindAsync(transaction, id) is not { } before || !IsWebhook(before)) return Unknown(id);

            // A secret belongs to the place it was agreed with: elsewhere it would let a stranger collect signatures made with it.
            var kept = before.Url == request.Url ? before.Secret : null;
            var made = request.Secret is null && kept is null ? Signature.NewSecret() : null;
            var given = request.Secret ?? made;
            var changed = Row(request, id, given is null ? kept! : WebhookSecret.Seal(box, id, given), time.GetUtcNow(), before.LastSequence);
            await SubscriptionStore.PutAsync(transaction, changed);
            await audit.RecordAsync(transaction, AuditEntry.For(http, "change webhook", id, before: Audited(before), after: Audited(changed)));
            return Results.Ok(WebhookView.Of((await SubscriptionStore.FindAsync(transaction, id))!, made));
        }, cancellationToken);
    }

    private static async Task<IResult> DeleteAsync(
        string id, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database,
        [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, CancellationToken cancellationToken) => await database.TransactAsync<IResult>(async transaction =>
        {
            if (await SubscriptionStore.FindAsync(transaction, id) is not { } before || !IsWebhook(before)) return Unknown(id);
            await SubscriptionStore.DeleteAsync(transaction, id);
            await audit.RecordAsync(transaction, AuditEntry.For(http, "delete webhook", id, before: Audited(before)));
            return Results.NoContent();
        }, cancellationToken);

    private static async Task<IResult> PingAsync(
        string id, [FromKeyedServices(HealthMonitorModule.Name)] Database database, WebhookSender sender, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await FindAsync(database, id, cancellationToken) is not { } found) return Unknown(id);
        var ping = new EventRecord
        {
            Id = Guid.NewGuid(),
            Type = "Ping",
            Application = "platform",
            At = time.GetUtcNow(),
            CorrelationId = Guid.NewGuid(),
            Severity = "info",
            Summary = "A test.",
            Data = """{"message":"A test."}""",
        };
        var result = await sender.SendAsync(found, ping, cancellationToken);
        return Results.Ok(new PingView(result.Arrived, result.Status, result.Error));
    }

    internal static bool IsWebhook(Subscription subscription) => subscription.Url.StartsWith("http", StringComparison.OrdinalIgnoreCase);

    internal static async Task<Subscription?> FindAsync(Database database, string id, CancellationToken cancellationToken) =>
        await database.ReadAsync(reader => SubscriptionStore.FindAsync(reader, id), cancellationToken) is { } found && IsWebhook(found) ? found : null;

    internal static ProblemResult Unknown(string id) =>
        Problem.NotFound("webhook-unknown", "There is no such webhook", $"No webhook has the id '{(id.Length > 80 ? id[..80] : id)}'; GET /webhooks lists them.");

    private static Subscription Row(WebhookRequest request, string id, string secret, DateTimeOffset now, long last) => new()
    {
        Id = id,
        Name = request.Name,
        Url = request.Url,
        Secret = secret,
        Types = JsonSerializer.Serialize(request.Types, PlatformJson.Options),
        Applications = JsonSerializer.Serialize(request.Applications, PlatformJson.Options),
        Enabled = request.Enabled,
        CreatedAt = now,
        LastSequence = last,
    };

    private static object Audited(Subscription s) => new { s.Name, s.Url, types = s.ReadTypes(), applications = s.ReadApplications(), s.Enabled };

    private static ProblemResult Invalid(IReadOnlyList<FieldProblem> problems) => Problem.BadRequest("invalid-webhook", "The webhook cannot be taken", problems);
}

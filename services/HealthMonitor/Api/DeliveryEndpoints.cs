using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.Subscriptions;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.HealthMonitor.Api;

/// <summary>What became of a webhook's events, and how to have them again.</summary>
internal static class DeliveryEndpoints
{
    public static void Map(IEndpointRouteBuilder webhooks)
    {
        webhooks.MapGet("/{id}/deliveries", DeliveriesAsync).RequireAuthorization(Roles.Viewer).WithSummary("Attempts to deliver, newest first");
        webhooks.MapGet("/{id}/dead-letters", DeadLettersAsync).RequireAuthorization(Roles.Viewer).WithSummary("Events that could not be delivered, newest first");
        webhooks.MapPost("/{id}/dead-letters/replay", (string id, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database,
                [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, EventSignal signal, CancellationToken cancellationToken) =>
                ReplayAsync(id, null, http, database, audit, signal, cancellationToken))
            .RequireAuthorization(Roles.Operator).WithSummary("Deliver all dead letters again");
        webhooks.MapPost("/{id}/dead-letters/{sequence:long}/replay", (string id, long sequence, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database,
                [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, EventSignal signal, CancellationToken cancellationToken) =>
                ReplayAsync(id, sequence, http, database, audit, signal, cancellationToken))
            .RequireAuthorization(Roles.Operator).WithSummary("Deliver one dead letter again");
        webhooks.MapPost("/{id}/replay", RewindAsync).RequireAuthorization(Roles.Operator)
            .WithSummary("Deliver everything after an event again").WithDescription("?after=SEQUENCE; receivers see the same ids again.");
    }

    private static async Task<IResult> DeliveriesAsync(
        string id, [AsParameters] PageRequest page, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken)
    {
        if (page.Check(out var after) is { } problem) return problem;
        if (await WebhookEndpoints.FindAsync(database, id, cancellationToken) is null) return WebhookEndpoints.Unknown(id);
        var rows = await database.ReadAsync(reader => SubscriptionStore.DeliveriesAsync(reader, id, after ?? long.MaxValue, page.Take + 1), cancellationToken);
        return Results.Ok(page.Of(rows, delivery => delivery.Sequence));
    }

    private static async Task<IResult> DeadLettersAsync(
        string id, [AsParameters] PageRequest page, [FromKeyedServices(HealthMonitorModule.Name)] Database database, CancellationToken cancellationToken)
    {
        if (page.Check(out var after) is { } problem) return problem;
        if (await WebhookEndpoints.FindAsync(database, id, cancellationToken) is null) return WebhookEndpoints.Unknown(id);
        var rows = await database.ReadAsync(reader => SubscriptionStore.DeadLettersAsync(reader, id, after ?? long.MaxValue, page.Take + 1), cancellationToken);
        return Results.Ok(page.Of([.. rows.Select(DeadLetterView.Of)], letter => letter.EventSequence));
    }

    private static async Task<IResult> ReplayAsync(
        string id, long? sequence, HttpContext http, Database database, IAuditLog audit, EventSignal signal, CancellationToken cancellationToken) =>
        await database.TransactAsync<IResult>(async transaction =>
        {
            if (await SubscriptionStore.FindAsync(transaction, id) is not { } found || !WebhookEndpoints.IsWebhook(found)) return WebhookEndpoints.Unknown(id);
            var count = await SubscriptionStore.ReplayAsync(transaction, id, sequence);
            if (count == 0 && sequence is not null)
            {
                return Problem.NotFound("dead-letter-unknown", "There is no such dead letter", $"GET /webhooks/{id}/dead-letters lists them.");
            }

            await audit.RecordAsync(transaction, AuditEntry.For(http, "replay dead letters", id, after: new { count, sequence }));
            transaction.OnCommitted(signal.Pulse);
            return Results.Accepted($"/webhooks/{id}/deliveries", new { count });
        }, cancellationToken);

    private static async Task<IResult> RewindAsync(
        string id, long after, HttpContext http, [FromKeyedServices(HealthMonitorModule.Name)] Database database,
        [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, EventSignal signal, TimeProvider time, CancellationToken cancellationToken) =>
        await database.TransactAsync<IResult>(async transaction =>
        {
            if (await SubscriptionStore.FindAsync(transaction, id) is not { } found || !WebhookEndpoints.IsWebhook(found)) return WebhookEndpoints.Unknown(id);
            var head = await EventLog.HeadAsync(transaction);
            if (after < 0 || after > head) return Problem.BadRequest("bad-sequence", "There is no such place in the log", [new FieldProblem("after", $"0 to {head}", $"{after}")]);
            await SubscriptionStore.RewindAsync(transaction, id, after, time.GetUtcNow());
            await audit.RecordAsync(transaction, AuditEntry.For(http, "replay events", id, before: new { found.LastSequence }, after: new { lastSequence = after }));
            transaction.OnCommitted(signal.Pulse);
            return Results.Accepted($"/webhooks/{id}/deliveries", new { after });
        }, cancellationToken);
}

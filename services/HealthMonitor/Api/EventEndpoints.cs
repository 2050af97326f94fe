using Platform.HealthMonitor.Events;
using Platform.Hosting;
using Platform.Storage;

namespace Platform.HealthMonitor.Api;

/// <summary>The event log: by page, or as it grows.</summary>
internal static class EventEndpoints
{
    private const int Batch = 200;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/events", GetAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("What happened, newest first").WithDescription("Pages with limit and after, by type and application. With 'Accept: text/event-stream' it is the same as /events/stream.");
        endpoints.MapGet("/events/stream", StreamAsync).RequireAuthorization(Roles.Viewer)
            .WithSummary("What happens, as it happens").WithDescription("Server-sent events; resumes after Last-Event-ID (a sequence number of the log).");
    }

    private static async Task<IResult> GetAsync(
        HttpContext context, string? type, string? application, [AsParameters] PageRequest page,
        [FromKeyedServices(HealthMonitorModule.Name)] Database database, EventSignal signal, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        if (ServerSentEvents.IsWanted(context.Request))
        {
            await StreamAsync(context, type, application, database, signal, time, lifetime);
            return Results.Empty;
        }

        if (page.Check(out var after) is { } problem) return problem;
        var rows = await database.ReadAsync(reader => EventLog.BeforeAsync(reader, after ?? long.MaxValue, page.Take + 1, new EventFilter(type, application)), context.RequestAborted);
        return Results.Ok(page.Of([.. rows.Select(EventView.Of)], happened => happened.Sequence));
    }

    private static async Task StreamAsync(
        HttpContext context, string? type, string? application,
        [FromKeyedServices(HealthMonitorModule.Name)] Database database, EventSignal signal, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var stream = new ServerSentEvents(context);
        var filter = new EventFilter(type, application);
        try
        {
            var last = ServerSentEvents.LastEventId(context.Request) ?? await database.ReadAsync(EventLog.HeadAsync, ending.Token);
            await stream.BeginAsync();
            var quietSince = time.GetUtcNow();
            while (!ending.IsCancellationRequested)
            {
                var next = signal.Next;
                var records = await database.ReadAsync(reader => EventLog.AfterAsync(reader, last, Batch, filter), ending.Token);
                foreach (var record in records)
                {
                    await stream.SendAsync(record.Type, EventView.Of(record), record.Sequence);
                    last = record.Sequence;
                }

                if (records.Count > 0) quietSince = time.GetUtcNow();
                else if (time.GetUtcNow() - quietSince > KeepAlive)
                {
                    await stream.KeepAliveAsync();
                    quietSince = time.GetUtcNow();
                }

                await stream.FlushAsync();
                if (records.Count < Batch) await signal.WaitAsync(next, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client has gone, or the service stops: the stream is over.
        }
    }
}

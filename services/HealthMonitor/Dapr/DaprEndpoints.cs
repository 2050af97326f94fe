using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Contracts.Deployments;
using Platform.Contracts.Scaling;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.HealthMonitor.Dapr;

/// <summary>
/// What a Dapr sidecar asks of an application: which topics it wants, and to take what arrives. The sidecar identifies itself by the
/// token it was given for that (header <c>dapr-api-token</c>), not by a key of ours.
/// </summary>
internal static class DaprEndpoints
{
    public const string TokenHeader = "dapr-api-token";
    private const string CommandsRoute = "/dapr/commands";
    private const string Why = "The sidecar has no key of ours: it shows the token in dapr-api-token, which is checked before anything else.";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/dapr/subscribe", Subscriptions).OpenToAll(Why).AddEndpointFilter(CheckTokenAsync)
            .WithSummary("Dapr: which topics are subscribed to");
        endpoints.MapPost(CommandsRoute, CommandAsync).OpenToAll(Why).AddEndpointFilter(CheckTokenAsync)
            .WithSummary("Dapr: take a command").WithDescription("A CloudEvent whose type is ScaleApplication, PromoteRollout or AbortRollout and whose data has its members.");
    }

    private static IResult Subscriptions(IOptions<DaprOptions> options) => Results.Ok(new object[]
    {
        new { pubsubname = options.Value.PubSub, topic = options.Value.CommandsTopic, route = CommandsRoute },
    });

    private static async Task<IResult> CommandAsync(
        HttpContext context, [FromKeyedServices(HealthMonitorModule.Name)] Database database, [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit,
        TimeProvider time, CancellationToken cancellationToken)
    {
        DaprCommand read;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: cancellationToken);
            read = DaprCommand.Read(document.RootElement, time.GetUtcNow());
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: well-formed JSON whose text is not Unicode.
            read = new DaprCommand("", null, "It is no JSON.");
        }

        // DROP tells the sidecar that trying again would not help.
        if (read.Command is null) return Results.Ok(new { status = "DROP", reason = read.Problem });
        await database.TransactAsync(async transaction =>
        {
            var now = time.GetUtcNow();
            var first = await transaction.ExecuteAsync("INSERT INTO received (id, at) VALUES (@Id, @now) ON CONFLICT (id) DO NOTHING", new { read.Id, now });
            if (first == 0) return;
            await transaction.ExecuteAsync("DELETE FROM received WHERE at < @old", new { old = now - TimeSpan.FromDays(1) });
            await audit.RecordAsync(transaction, new AuditEntry
            {
                Who = read.Command.RequestedBy,
                Role = Roles.Operator,
                Action = read.Command.GetType().Name,
                Target = read.Command.Application,
                Why = read.Command.Reason,
            });
            await (read.Command switch
            {
                ScaleApplication scale => transaction.SendAsync(scale, cancellationToken),
                PromoteRollout promote => transaction.SendAsync(promote, cancellationToken),
                AbortRollout abort => transaction.SendAsync(abort, cancellationToken),
                _ => Task.CompletedTask,
            });
        }, cancellationToken);
        return Results.Ok(new { status = "SUCCESS" });
    }

    private static async ValueTask<object?> CheckTokenAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var limit = context.RequestServices.GetRequiredService<IGuessLimit>();
        var expected = context.RequestServices.GetRequiredService<IOptions<DaprOptions>>().Value.AppApiToken;
        var isRight = expected is not null && IsSame(expected, context.Request.Headers[TokenHeader].ToString());
        if (limit.Refusal(context, isRight ? TokenHeader : null) is { } refusal) return refusal;
        if (!isRight)
        {
            // Without a token there is nothing to guess: a sidecar that is not set up must not lock out who shares its address.
            if (expected is not null) limit.Failed(context.Connection.RemoteIpAddress);
            return new ProblemResult(new ProblemReport
            {
                Type = ProblemReport.TypeBase + "dapr-token-required",
                Title = "The sidecar's token is required",
                Status = StatusCodes.Status401Unauthorized,
                Detail = "Set Dapr:AppApiToken here and APP_API_TOKEN of the sidecar to the same secret.",
            });
        }

        limit.Succeeded(context.Connection.RemoteIpAddress, TokenHeader);
        return await next(invocation);
    }

    /// <summary>Compares digests, so that the time it takes tells neither the length nor the first difference.</summary>
    private static bool IsSame(string expected, string shown) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(shown)));
}

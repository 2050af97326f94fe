using Platform.Contracts;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Contracts.Scaling;
using Platform.HealthMonitor.ReadModel;
using Platform.Hosting;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.HealthMonitor.Dashboard;

/// <summary>What an action comes to: a command with what the audit log says about it, or a refusal.</summary>
internal sealed record ActionDecision(ICommand? Command, string Message, object? Before, object? After)
{
    public ActionDecision(ProblemResult refusal) : this(null, "", null, null) => Refusal = refusal;

    public ProblemResult? Refusal { get; }
}

/// <summary>Takes an action: checks, audit entry and command in one commit.</summary>
internal sealed class ActionDesk(
    [FromKeyedServices(HealthMonitorModule.Name)] Database database, [FromKeyedServices(HealthMonitorModule.Name)] IAuditLog audit, TimeProvider time)
{
    private const int LongestReason = 500;

    public async Task<IResult> TakeAsync(
        HttpContext http, string name, string? reason, string action, Func<ApplicationRow, string, string, DateTimeOffset, ActionDecision> decide)
    {
        if (reason is { Length: > LongestReason })
            return Problem.BadRequest("bad-reason", "The reason is too long", [new FieldProblem("reason", $"at most {LongestReason} characters", $"{reason.Length} characters")]);
        var cancellationToken = http.RequestAborted;
        return await database.TransactAsync<IResult>(
            async transaction =>
            {
                var application = await transaction.FirstOrDefaultAsync<ApplicationRow>("SELECT * FROM applications WHERE name = @name AND removed = 0", new { name });
                if (application is null) return Problem.NotFound("no-such-application", "There is no such application", "GET /health/report lists what there is.");
                var decision = decide(application, http.User.Identity?.Name ?? "nobody", reason ?? "Asked for on the dashboard.", time.GetUtcNow());
                if (decision.Refusal is { } refusal) return refusal;
                await audit.RecordAsync(transaction, AuditEntry.For(http, action, name, reason, decision.Before, decision.After));
                await SendAsync(transaction, decision.Command!, cancellationToken);
                const string location = "/dashboard/state";
                return TypedResults.Accepted(location, new Accepted { Id = decision.Command!.CorrelationId, Location = location, Message = decision.Message });
            },
            cancellationToken);
    }

    private static Task SendAsync(Transaction transaction, ICommand command, CancellationToken cancellationToken) => command switch
    {
        ScaleApplication scale => transaction.SendAsync(scale, cancellationToken),
        RollBackApplication rollback => transaction.SendAsync(rollback, cancellationToken),
        PromoteRollout promote => transaction.SendAsync(promote, cancellationToken),
        PauseRollout pause => transaction.SendAsync(pause, cancellationToken),
        ResumeRollout resume => transaction.SendAsync(resume, cancellationToken),
        ApproveRollout approve => transaction.SendAsync(approve, cancellationToken),
        AbortRollout abort => transaction.SendAsync(abort, cancellationToken),
        _ => throw new ArgumentException($"{command.GetType().Name} is no action of the dashboard.", nameof(command)),
    };
}

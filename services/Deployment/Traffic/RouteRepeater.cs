using Microsoft.Extensions.Options;
using Platform.Messaging;
using Platform.Storage;

namespace Platform.Deployment.Traffic;

/// <summary>
/// Sends every table again, soon while the gateway has not acknowledged it or owes the drain of a replica, and now and then
/// otherwise: whichever side was away, the two agree again without anybody remembering what was lost.
/// </summary>
internal sealed partial class RouteRepeater(
    [FromKeyedServices(DeploymentModule.Name)] Database database,
    Routes routes,
    ICommandSender sender,
    IOptions<DeploymentOptions> options,
    TimeProvider time,
    ILogger<RouteRepeater> log)
{
    private readonly Dictionary<string, DateTimeOffset> _sent = new(StringComparer.Ordinal);

    /// <summary>Sends what is due.</summary>
    public async Task RepeatAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var due = await database.ReadAsync(
            async reader =>
            {
                var commands = new List<Contracts.Traffic.ShiftTraffic>();
                foreach (var row in await reader.RoutesAsync())
                {
                    // What was never repeated by this run counts from when it first saw it: the outbox has just sent it.
                    if (!_sent.TryGetValue(row.Application, out var last)) _sent[row.Application] = last = now;
                    if (now - last < options.Value.RouteRetry) continue;
                    var table = row.Table;
                    var command = await routes.CommandAsync(reader, table, "repeated", Guid.Empty);
                    var settled = row.Acknowledged >= row.Generation && command.Awaiting!.Count == 0;
                    if (settled && (table.Removed || now - last < options.Value.RouteRepeat)) continue;
                    commands.Add(command with { Reason = settled ? "repeated now and then" : "repeated until acknowledged" });
                }

                return commands;
            },
            ct);
        foreach (var command in due)
        {
            _sent[command.Application] = now;
            try
            {
                await sender.SendAsync(command, ct);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                // A bus that is away must not keep anybody from taking care of replicas; the next turn sends it again.
                LogNotSent(log, command.Application, error.Message);
                return;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The routes of {Application} cannot be sent to the gateway at the moment: {Reason}")]
    private static partial void LogNotSent(ILogger log, string application, string reason);
}

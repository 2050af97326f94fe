using Platform.Reliability.Simulation;

namespace Platform.Reliability.Oracles;

/// <summary>Stands beside the machine and writes down what must not happen even for a moment.</summary>
internal static class Witnesses
{
    private const string Running =
        "SELECT COUNT(*) FROM rollout_jobs WHERE 'job-' || REPLACE(rollout, '-', '') || '-' || number = @Replica AND attempt = @Generation AND state = 'running'";

    public static void Attach(Play play)
    {
        var (machine, gateway, journal) = (play.World.Machine, play.World.Gateway, play.Journal);
        machine.Started = process =>
        {
            if (process.Application != "shop") return;
            journal.Started(process.Replica, process.Generation);
            if (process.Replica.StartsWith("job-", StringComparison.Ordinal))
            {
                if (play.Outside.Value<long>(Running, new { process.Replica, process.Generation }) == 0)
                    journal.Violated($"{process.Replica} (attempt {process.Generation}) was begun although no such intent was committed");
                if (machine.Alive.Any(p => p.Replica == process.Replica && p.StartTime != process.StartTime))
                    journal.Violated($"{process.Replica} (attempt {process.Generation}) was begun beside another attempt");
                return;
            }

            if (play.Outside.Value<long>("SELECT COUNT(*) FROM replicas WHERE id = @Replica AND generation = @Generation", new { process.Replica, process.Generation }) == 0)
                journal.Violated($"{process.Replica} (generation {process.Generation}) was started although no such intent was committed");
        };
        machine.Stopping = process =>
        {
            if (process.Application != "shop")
                journal.Violated($"the process {process.ProcessId} of {process.Application}, which is not ours, was stopped");
            else if (gateway.Routes(process.Replica))
                journal.Violated($"{process.Replica} was stopped while the gateway routed to it");
            else if (gateway.Busy.ContainsKey(process.Replica) && !gateway.Drained.ContainsKey(process.Replica))
                journal.Violated($"{process.Replica} was stopped with requests under way");
        };
    }
}

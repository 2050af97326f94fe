using System.Globalization;
using Platform.CommandLine.Client;
using Platform.Contracts.Http;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Platform.CommandLine.Rendering;

/// <summary>What <c>platform status</c> knows at one moment.</summary>
internal sealed record StatusReport
{
    /// <summary>The services.</summary>
    public required IReadOnlyList<ServiceHealth> Services { get; init; }
    /// <summary>The applications.</summary>
    public required IReadOnlyList<ApplicationView> Applications { get; init; }
    /// <summary>The rollout of the application that was asked for, under way or last; null: none, or none was asked for.</summary>
    public RolloutView? Rollout { get; init; }
}

/// <summary>Draws a <see cref="StatusReport"/>.</summary>
internal static class StatusView
{
    private const int MostSteps = 8;

    public static IRenderable Of(StatusReport report, bool isDetailed, DateTimeOffset now)
    {
        var parts = new List<IRenderable>();
        if (!isDetailed) parts.Add(Services(report.Services));
        parts.Add(Applications(report.Applications));
        if (isDetailed)
        {
            foreach (var application in report.Applications) parts.Add(Replicas(application, now));
            if (report.Rollout is { } rollout) parts.Add(Rollout(rollout, now));
        }

        return new Rows(parts);
    }

    private static Table Services(IReadOnlyList<ServiceHealth> services)
    {
        var table = Tables.Plain().AddColumns("SERVICE", "STATE", "");
        foreach (var service in services)
        {
            table.AddRow(service.Service, State(service.Status), Markup.Escape(string.Join("; ", service.WaitingFor ?? [])));
        }

        return table;
    }

    private static Table Applications(IReadOnlyList<ApplicationView> applications)
    {
        var table = Tables.Plain().AddColumns("APPLICATION", "REVISION", "READY", "WEIGHTS", "ROLLOUT");
        foreach (var a in applications)
        {
            table.AddRow(
                Markup.Escape(a.Name),
                Markup.Escape(a.StableRevision ?? "–"),
                $"{a.ReadyReplicas}/{a.WantedReplicas}",
                Markup.Escape(string.Join(", ", a.Weights.Select(w => $"{w.Key} {w.Value}"))),
                a.Rollout is null ? "–" : "under way");
        }

        if (applications.Count == 0) table.AddRow("none", "", "", "", "deploy one with 'platform deploy FILE'");
        return table;
    }

    private static Table Replicas(ApplicationView application, DateTimeOffset now)
    {
        var table = Tables.Plain().AddColumns("REPLICA", "REVISION", "STATE", "ADDRESS", "INSTANCE", "AGE", "RESTARTS");
        foreach (var replica in application.Replicas)
        {
            table.AddRow(
                Markup.Escape(replica.Id),
                Markup.Escape(replica.Revision),
                State(replica.State),
                Markup.Escape(replica.Address?.GetLeftPart(UriPartial.Authority) ?? "–"),
                Markup.Escape(Instance(replica)),
                replica.StartedAt is { } started ? Durations.Short(now - started) : "–",
                replica.Restarts.ToString(CultureInfo.InvariantCulture));
        }

        return table;
    }

    /// <summary>What people know it by: a process's id, the beginning of a container's.</summary>
    private static string Instance(ReplicaView replica)
    {
        const int shown = 12;
        if (replica.ProcessId is { } processId) return processId.ToString(CultureInfo.InvariantCulture);
        return replica.Instance is not { Length: > 0 } instance ? "–" : instance.Length <= shown ? instance : instance[..shown];
    }

    /// <summary>A rollout: where it stands, and the last of its steps.</summary>
    public static Rows Rollout(RolloutView rollout, DateTimeOffset now)
    {
        var steps = rollout.Steps.OrderBy(s => s.At).ToList();
        var lines = new List<string> { RolloutText.Head(rollout) };
        lines.AddRange(RolloutLadder.Lines(rollout, now));
        if (steps.Count > MostSteps) lines.Add($"  … {steps.Count - MostSteps} steps before");
        lines.AddRange(steps.TakeLast(MostSteps).Select(RolloutText.Step));
        return new Rows(lines.Select(line => (IRenderable)new Text(line)));
    }

    /// <summary>Never colour alone: the word is there too.</summary>
    private static string State(string state) => state switch
    {
        "ready" or "live" => $"[green]{state}[/]",
        "down" or "failed" or "unhealthy" => $"[red]{state}[/]",
        _ => $"[yellow]{Markup.Escape(state)}[/]",
    };
}

using System.Text.Json;
using Platform.Contracts.Traffic;
using Platform.Deployment.Applications;
using Platform.Deployment.Replicas;
using Platform.Messaging;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Traffic;

/// <summary>The routing table of an application as last sent, and how far the gateway has followed.</summary>
internal sealed record RouteRow
{
    /// <summary>The application.</summary>
    public required string Application { get; init; }
    /// <summary>The table's generation.</summary>
    public required long Generation { get; init; }
    /// <summary>The newest generation the gateway has acknowledged.</summary>
    public required long Acknowledged { get; init; }
    /// <summary>The newest generation that was refused.</summary>
    public required long Refused { get; init; }
    /// <summary>By which router, and why.</summary>
    public string? Refusal { get; init; }
    /// <summary>The table as JSON.</summary>
    public required string Content { get; init; }

    /// <summary>Why the table as last sent is not in force; null: it is, or nothing was heard of it yet.</summary>
    public string? Problem => Refused == Generation && Acknowledged < Generation ? Refusal : null;

    /// <summary>The table.</summary>
    public RouteTable Table => JsonSerializer.Deserialize<RouteTable>(Content)!;
}

/// <summary>Keeps every application's routing table equal to what its weights and its replicas lead to.</summary>
internal sealed class Routes(Manifests manifests, TimeProvider time)
{
    /// <summary>Who asks, in commands of this service.</summary>
    public const string Requester = "deployment";

    /// <summary>
    /// Computes the table again; if it routes differently, it gets the next generation and is sent to the gateway when the
    /// transaction commits. Replicas that leave it are noted with the generation they left by.
    /// </summary>
    /// <returns>The generation of the table in force.</returns>
    public async Task<long> UpdateAsync(Transaction tx, string application, string why, Guid correlation)
    {
        var row = await tx.RouteAsync(application);
        var present = row?.Table;
        var wanted = await ComputeAsync(tx, application, (row?.Generation ?? 0) + 1);
        if (present is null ? wanted.Removed : TrafficTable.RoutesAlike(present, wanted)) return row?.Generation ?? 0;

        await tx.ExecuteAsync(
            """
            INSERT INTO routes (application, generation, acknowledged, content) VALUES (@application, @generation, 0, @content)
            ON CONFLICT (application) DO UPDATE SET generation = @generation, content = @content
            """,
            new { application, generation = wanted.Generation, content = JsonSerializer.Serialize(wanted) });

        var before = present is null ? new HashSet<string>() : TrafficTable.Replicas(present);
        var after = TrafficTable.Replicas(wanted);
        foreach (var id in after.Except(before))
            await tx.ExecuteAsync("UPDATE replicas SET routed = 1 WHERE id = @id", new { id });
        foreach (var id in before.Except(after))
            await tx.ExecuteAsync("UPDATE replicas SET left_generation = @generation WHERE id = @id", new { id, generation = wanted.Generation });

        await tx.SendAsync(await CommandAsync(tx, wanted, why, correlation));
        return wanted.Generation;
    }

    /// <summary>The command that carries a table, with the replicas whose drain is awaited.</summary>
    public async Task<ShiftTraffic> CommandAsync(Reader reader, RouteTable table, string why, Guid correlation) => new()
    {
        Application = table.Application,
        At = time.GetUtcNow(),
        CorrelationId = correlation,
        RequestedBy = Requester,
        Reason = why,
        Table = table,
        Awaiting = await reader.QueryAsync<string>(
            "SELECT id FROM replicas WHERE application = @application AND state = 'draining' AND routed = 1 AND drained = 0 ORDER BY id",
            new { application = table.Application }),
    };

    private async Task<RouteTable> ComputeAsync(Reader reader, string application, long generation)
    {
        var row = await reader.ApplicationAsync(application);
        var targets = await reader.TargetsAsync(application);
        var leading = targets.Where(t => t.Weight > 0).OrderByDescending(t => t.Weight).ThenByDescending(t => t.Revision == row?.StableRevision)
            .Select(t => t.Revision).FirstOrDefault() ?? row?.StableRevision;
        if (row is null or { State: not ApplicationStates.Present } || leading is null || await manifests.FindAsync(reader, application, leading) is not { } manifest)
            return TrafficTable.Removed(application, generation);

        var replicas = (await reader.LiveReplicasAsync(application)).Where(r => r.Phase.IsRouted()).ToLookup(r => r.Revision);
        var shares = new List<RevisionShare>();
        foreach (var revision in targets.Select(t => t.Revision).Union(replicas.Select(r => r.Key)))
        {
            var target = targets.FirstOrDefault(t => t.Revision == revision);
            var share = new RevisionShare(
                revision, target?.Weight ?? 0, [.. replicas[revision].Select(r => new ReplicaAddress { Id = r.Id, Address = new Uri(r.Address!) })]);
            var isNew = target is not null && revision != row.StableRevision && row.StableRevision is not null;
            shares.Add(isNew && await manifests.FindAsync(reader, application, revision) is { } own ? OfRollout(share, target!, own.Rollout) : share);
        }

        return TrafficTable.Compute(application, generation, Manifests.RouteOf(manifest), shares);
    }

    /// <summary>What a revision has besides its share while it is being shipped.</summary>
    private static RevisionShare OfRollout(RevisionShare share, TargetRow target, RolloutSpec rollout)
    {
        if (share.Revision != RevisionNames.Source(share.Revision)) return share;
        return share with
        {
            Mirror = target.Mirror,
            MirrorWrites = target.Mirror > 0 && rollout.MirrorWrites,
            Sticky = rollout.Sticky,
            Rules =
            [
                .. rollout.Match.Headers.Select(h => new RouteRule { Header = h.Key, Value = h.Value, Revision = share.Revision }),
                .. rollout.Match.Cookies.Select(c => new RouteRule { Cookie = c.Key, Value = c.Value, Revision = share.Revision }),
            ],
        };
    }
}

/// <summary>Routing tables in the module's database.</summary>
internal static class RouteStore
{
    /// <summary>An application's table; null: none was ever sent.</summary>
    public static Task<RouteRow?> RouteAsync(this Reader reader, string application) =>
        reader.FirstOrDefaultAsync<RouteRow>(
            "SELECT application, generation, acknowledged, refused, refusal, content FROM routes WHERE application = @application", new { application });

    /// <summary>All tables.</summary>
    public static Task<IReadOnlyList<RouteRow>> RoutesAsync(this Reader reader) =>
        reader.QueryAsync<RouteRow>("SELECT application, generation, acknowledged, refused, refusal, content FROM routes ORDER BY application");

    /// <summary>The gateway routes by <paramref name="generation"/>: replicas that left by it or before get nothing new.</summary>
    public static async Task AcknowledgeAsync(this Transaction tx, string application, long generation, DateTimeOffset now)
    {
        await tx.ExecuteAsync(
            "UPDATE routes SET acknowledged = @generation WHERE application = @application AND acknowledged < @generation", new { application, generation });
        await tx.ExecuteAsync(
            """
            UPDATE replicas SET left_at = @now
            WHERE application = @application AND state = 'draining' AND left_generation <= @generation AND left_at IS NULL
            """,
            new { application, generation, now });
    }

    /// <summary>A table was refused; what was in force stays.</summary>
    public static Task RefuseAsync(this Transaction tx, string application, long generation, string why) => tx.ExecuteAsync(
        "UPDATE routes SET refused = @generation, refusal = @why WHERE application = @application AND refused <= @generation", new { application, generation, why });

    /// <summary>
    /// The gateway is ahead of us (our database is older than its table): goes on from its generation, so that it listens again.
    /// </summary>
    /// <returns>True: it was ahead.</returns>
    public static async Task<bool> CatchUpAsync(this Transaction tx, string application, long generation)
    {
        if (await tx.RouteAsync(application) is not { } row || row.Generation >= generation) return false;
        var table = row.Table with { Generation = generation + 1 };
        await tx.ExecuteAsync(
            "UPDATE routes SET generation = @generation, content = @content WHERE application = @application",
            new { application, generation = table.Generation, content = JsonSerializer.Serialize(table) });
        await tx.ExecuteAsync(
            "UPDATE replicas SET left_generation = @generation WHERE application = @application AND left_generation IS NOT NULL AND left_at IS NULL",
            new { application, generation = table.Generation });
        return true;
    }
}

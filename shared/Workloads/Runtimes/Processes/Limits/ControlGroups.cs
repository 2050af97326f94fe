namespace Platform.Workloads.Runtimes.Processes.Limits;

/// <summary>
/// A group per replica, <c>platform/&lt;owner&gt;/&lt;replica&gt;</c>, in every hierarchy that carries a controller we use and lets us write.
/// <code>
/// version 1:  &lt;own group&gt;/platform/…   in each of cpu, cpuacct, memory, pids
/// version 2:  &lt;mount&gt;/platform/…, else &lt;own group&gt;/platform/…
/// </code>
/// </summary>
internal sealed class ControlGroups
{
    private const string Folder = "platform";
    private readonly IReadOnlyList<GroupRoot> _roots;

    private ControlGroups(IReadOnlyList<GroupRoot> roots) => _roots = roots;

    /// <summary>The groups of this machine.</summary>
    public static ControlGroups Detect() =>
        Open(ControllerMount.Parse(File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText("/proc/self/cgroup")));

    public static ControlGroups Open(IReadOnlyList<ControllerMount> mounts)
    {
        var roots = new List<GroupRoot>();
        foreach (var mount in mounts.Where(m => !m.IsUnified))
        {
            var used = mount.Controllers.Intersect(["cpu", "cpuacct", "memory", "pids"]).ToArray();
            if (used.Length > 0 && GroupRoot.TryOpen(Path.Combine(mount.Own, Folder), used, isUnified: false) is { } root) roots.Add(root);
        }

        foreach (var mount in mounts.Where(m => m.IsUnified))
        {
            var root = GroupRoot.TryOpenUnified(mount.Root, Folder) ?? GroupRoot.TryOpenUnified(mount.Own, Folder);
            if (root is not null) roots.Add(root);
        }

        return new ControlGroups(roots);
    }

    /// <summary>Controllers that limits can be set for.</summary>
    public IReadOnlyList<string> Controllers => [.. _roots.SelectMany(r => r.Controllers).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The group of a replica, whether it exists or not.</summary>
    public ReplicaGroup Group(string owner, string replica) => new([.. _roots.Select(r => r.Child(owner, replica))]);

    /// <summary>The group a process is in, if it is one of ours: how the group of an adopted replica is found.</summary>
    public ReplicaGroup? GroupOf(int processId)
    {
        if (ProcessTable.Read($"/proc/{processId}/cgroup") is not { } bytes) return null;
        foreach (var line in System.Text.Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            var parts = line.Split('/');
            if (parts.Length >= 4 && parts[^3] == Folder) return Group(parts[^2], parts[^1]);
        }

        return null;
    }

    /// <summary>Removes groups that nobody lives in any more and that are older than a minute (younger ones may be about to be moved into).</summary>
    public int RemoveLeftovers(DateTimeOffset now)
    {
        var removed = 0;
        foreach (var root in _roots)
        {
            foreach (var owner in GroupRoot.FoldersIn(root.Path))
            {
                foreach (var replica in GroupRoot.FoldersIn(owner))
                    if (now - Directory.GetLastWriteTimeUtc(replica) > TimeSpan.FromMinutes(1) && GroupRoot.TryRemove(replica)) removed++;
                if (now - Directory.GetLastWriteTimeUtc(owner) > TimeSpan.FromMinutes(1)) GroupRoot.TryRemove(owner);
            }
        }

        return removed;
    }
}

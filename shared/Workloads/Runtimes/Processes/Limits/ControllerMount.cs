namespace Platform.Workloads.Runtimes.Processes.Limits;

/// <summary>A mounted cgroup hierarchy and this process's own group in it.</summary>
/// <param name="Controllers">Version 1: the controllers it carries; version 2: empty.</param>
/// <param name="Root">Where it is mounted.</param>
/// <param name="Own">The folder of this process's group.</param>
/// <param name="IsUnified">Version 2.</param>
internal sealed record ControllerMount(IReadOnlyList<string> Controllers, string Root, string Own, bool IsUnified)
{
    /// <summary>From the texts of <c>/proc/self/mountinfo</c> and <c>/proc/self/cgroup</c>.</summary>
    public static IReadOnlyList<ControllerMount> Parse(string mountInfo, string ownGroups)
    {
        var groups = ownGroups.Split('\n').Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).ToList();
        var mounts = new List<ControllerMount>();
        foreach (var line in mountInfo.Split('\n'))
        {
            // id parent device root mountpoint options … - type source superoptions
            var halves = line.Split(" - ", 2);
            if (halves.Length < 2) continue;
            var left = halves[0].Split(' ');
            var right = halves[1].Split(' ');
            if (left.Length < 5 || right.Length < 3) continue;
            if (right[0] == "cgroup2")
            {
                mounts.Add(new ControllerMount([], left[4], Folder(left, groups.FirstOrDefault(g => g[0] == "0" && g[1].Length == 0)?[2]), true));
            }
            else if (right[0] == "cgroup")
            {
                var options = right[2].Split(',');
                var own = groups.FirstOrDefault(g => g[1].Split(',').Any(controller => controller.Length > 0 && options.Contains(controller)));
                if (own is not null) mounts.Add(new ControllerMount(own[1].Split(','), left[4], Folder(left, own[2]), false));
            }
        }

        return mounts;
    }

    /// <summary>In a container only a part of the hierarchy is mounted: the group's path counts from that part's root.</summary>
    private static string Folder(string[] mount, string? group)
    {
        var (root, mountPoint) = (mount[3], mount[4]);
        if (group is null or "/") return mountPoint;
        if (root == "/") return mountPoint + group;
        return group.StartsWith(root, StringComparison.Ordinal) ? mountPoint + group[root.Length..] : mountPoint;
    }
}

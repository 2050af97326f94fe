namespace Platform.Workloads.Runtimes.Processes.Limits;

/// <summary>Our folder in one hierarchy.</summary>
internal sealed record GroupRoot(string Path, IReadOnlyList<string> Controllers, bool IsUnified)
{
    private static readonly string[] Wanted = ["cpu", "memory", "pids"];

    public GroupFolder Child(string owner, string replica) => new(System.IO.Path.Combine(Path, owner, replica), Controllers, IsUnified);

    /// <summary>Null when we must not write there, which is usual outside a container or service of our own.</summary>
    public static GroupRoot? TryOpen(string path, IReadOnlyList<string> controllers, bool isUnified)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new GroupRoot(path, controllers, isUnified);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Version 2 hands controllers down level by level; null when none of ours arrives.</summary>
    public static GroupRoot? TryOpenUnified(string parent, string folder)
    {
        var offered = ControllersOf(parent);
        var wanted = Wanted.Where(offered.Contains).ToArray();
        if (wanted.Length == 0) return null;
        HandDown(parent, wanted);
        if (TryOpen(System.IO.Path.Combine(parent, folder), wanted, isUnified: true) is not { } root) return null;
        var arrived = wanted.Where(ControllersOf(root.Path).Contains).ToArray();
        if (arrived.Length == 0) return null;
        HandDown(root.Path, arrived);
        return root with { Controllers = arrived };
    }

    public static void HandDown(string path, IEnumerable<string> controllers)
    {
        // One at a time: one that is refused must not keep the others back.
        foreach (var controller in controllers) GroupFolder.TryWrite(System.IO.Path.Combine(path, "cgroup.subtree_control"), "+" + controller);
    }

    public static IReadOnlyList<string> FoldersIn(string path)
    {
        try
        {
            return Directory.GetDirectories(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The kernel removes a group only when no process and no group is left in it.</summary>
    public static bool TryRemove(string path)
    {
        try
        {
            Directory.Delete(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] ControllersOf(string path) =>
        ProcessTable.Read(System.IO.Path.Combine(path, "cgroup.controllers")) is { } bytes
            ? System.Text.Encoding.ASCII.GetString(bytes).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            : [];
}

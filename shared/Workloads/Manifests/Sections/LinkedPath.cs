namespace Platform.Workloads.Manifests.Sections;

/// <summary>Follows symbolic links in every part of a path, as <c>realpath -m</c> does: parts that do not exist stay as they are.</summary>
internal static class LinkedPath
{
    private const int MostLinks = 40;

    public static string Resolve(string absolutePath)
    {
        var links = 0;
        var rest = new Stack<string>(absolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var resolved = "/";
        while (rest.TryPop(out var part))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? "/";
                continue;
            }

            var next = Path.Combine(resolved, part);
            if (LinkTarget(next) is { } target && links++ < MostLinks)
            {
                if (Path.IsPathRooted(target)) resolved = "/";
                foreach (var piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) rest.Push(piece);
                continue;
            }

            resolved = next;
        }

        return resolved;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // Not readable, so it cannot be followed by the replica either.
        }
    }
}

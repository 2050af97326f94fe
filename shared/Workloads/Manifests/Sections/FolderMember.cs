using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>A member that is a folder: below the manifest's own, or absolute where the manifest came without its folder.</summary>
internal static class FolderMember
{
    /// <summary>Its absolute path; null: the manifest came without its folder, and says nothing.</summary>
    public static string? Read(Section section, string member, string? baseDirectory, string expected)
    {
        var written = section.Value<string?>(member, null, expected, (string text, out string? value) => (value = text).Length is > 0 and <= 4096 && !text.Contains('\0'));
        if (baseDirectory is null)
        {
            if (written is not null && !Path.IsPathRooted(written))
                section.Conflict(member, "an absolute path", "This manifest came without its folder, so a relative path means nothing; use an absolute one, or 'platform deploy FILE', which resolves it.");
            return written is null ? null : Path.GetFullPath(written, "/");
        }

        var root = Path.GetFullPath(baseDirectory);
        var resolved = Path.GetFullPath(written ?? ".", root);
        if (!IsUnder(resolved, root) || !IsUnder(LinkedPath.Resolve(resolved), LinkedPath.Resolve(root)))
            section.Conflict(member, expected, $"'{section.PathOf(member)}' must lie under the manifest's own folder, also after following links; move the manifest, or give an absolute path over HTTP.");
        return resolved;
    }

    private static bool IsUnder(string path, string root) =>
        path == root || path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal);
}

namespace Platform.Workloads.Secrets;

/// <summary>Where <c>secret://name</c> is looked up when a replica starts. Values never enter a manifest, a log or an answer.</summary>
public interface ISecrets
{
    /// <summary>The secret's value; null: there is none of this name.</summary>
    string? Find(string name);

    /// <summary>What to do when it is missing, to finish a sentence with.</summary>
    string HowToAdd(string name);
}

/// <summary>Secrets as files of one folder that only the platform's user can read, the way container platforms mount them.</summary>
/// <param name="folder">The folder; it need not exist.</param>
public sealed class FolderSecrets(string folder) : ISecrets
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <inheritdoc/>
    /// <exception cref="UnauthorizedAccessException">The file can be read by others.</exception>
    public string? Find(string name)
    {
        var path = Path.Combine(folder, name);
        if (name.Contains('/') || name.StartsWith('.') || !File.Exists(path)) return null;
        return (File.GetUnixFileMode(path) & Others) == 0
            ? File.ReadAllText(path).TrimEnd('\n')
            : throw new UnauthorizedAccessException($"The secret file {path} can be read or written by others; run chmod 600 on it.");
    }

    /// <inheritdoc/>
    public string HowToAdd(string name) => $"write it to {Path.Combine(folder, name)} with mode 600";
}

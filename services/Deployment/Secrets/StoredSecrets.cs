using Platform.Storage;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Secrets;

/// <summary>Where a replica's secrets come from: what was set over HTTP, else the file of that name in the data folder.</summary>
internal sealed class StoredSecrets([FromKeyedServices(DeploymentModule.Name)] Database database, SecretVault vault, FolderSecrets folder) : ISecrets
{
    /// <inheritdoc/>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened, or its file can be read by others.</exception>
    public string? Find(string name) =>
        // A runtime asks while it starts a process, a few at a time (Deployment:ParallelStarts), on a thread of the pool that nothing else waits
        // for. Asked anew each time, so that the next replica gets the present version whichever instance took it.
        database.ReadAsync(reader => vault.FindAsync(reader, name)).GetAwaiter().GetResult() ?? folder.Find(name);

    /// <inheritdoc/>
    public string HowToAdd(string name) => $"'platform secrets set {name}' adds it; or {folder.HowToAdd(name)}";
}

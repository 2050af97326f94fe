namespace Platform.Gateway.Routers.Nginx;

/// <summary>The nginx of this machine, as far as the router needs it.</summary>
internal interface INginx
{
    /// <summary>Reads a configuration without serving it.</summary>
    /// <param name="file">The configuration; null: the one that nginx runs by.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is wrong, in nginx's words; null: nothing.</returns>
    Task<string?> TestAsync(string? file, CancellationToken cancellationToken);

    /// <summary>Has nginx start new workers by its configuration; the old ones finish what they have.</summary>
    /// <returns>What is wrong, in nginx's words; null: it was told. Whether it did is seen from <see cref="ServedAsync"/>.</returns>
    Task<string?> ReloadAsync(CancellationToken cancellationToken);

    /// <summary>What is served now for an application.</summary>
    /// <param name="key">The application's <see cref="NginxConfiguration.Key"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null: nothing, or nginx does not answer.</returns>
    Task<NginxServed?> ServedAsync(string key, CancellationToken cancellationToken);

    /// <summary>Its workers; null: they cannot be seen.</summary>
    IReadOnlyList<NginxWorker>? Workers();
}

/// <summary>What nginx says that it serves.</summary>
/// <param name="Application">The application.</param>
/// <param name="Generation">The table's generation.</param>
/// <param name="Digest">The configuration's digest.</param>
internal sealed record NginxServed(string Application, long Generation, string Digest);

/// <summary>One of nginx's worker processes.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Leaving">It takes no new connections, and ends with its last one.</param>
internal readonly record struct NginxWorker(int ProcessId, bool Leaving);

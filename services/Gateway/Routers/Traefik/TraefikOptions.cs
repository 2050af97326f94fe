using System.ComponentModel.DataAnnotations;
using Platform.Hosting;

namespace Platform.Gateway.Routers.Traefik;

/// <summary>
/// A Traefik that applications with <c>traffic: { router: traefik }</c> are reached through. Section <c>Traefik</c>. Traefik itself is run by whoever
/// runs this machine; its file provider watches the folder.
/// </summary>
public sealed class TraefikOptions : IValidatable
{
    /// <summary>The folder that Traefik's file provider watches (<c>providers.file.directory</c>), an absolute path. Default none: no application can be reached through Traefik.</summary>
    public string? Folder { get; set; }

    /// <summary>The entry points of the generated routers. Default none: Traefik's own default.</summary>
    public IReadOnlyList<string> EntryPoints { get; set; } = [];

    /// <summary>Traefik's API, such as <c>http://127.0.0.1:8080</c>: a table is in force when it shows it. Default none: when <see cref="Settle"/> has passed.</summary>
    public Uri? Api { get; set; }

    /// <summary>Without the API: how long Traefik may take to read a file that has changed. Default 5 s; 0 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan Settle { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>With the API: how long it may take until it shows a table. Default 10 s; 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (Folder is not (null or ['/', ..])) yield return new ConfigurationProblem(nameof(Folder), "an absolute path", Folder);
        if (Api is not null && (!Api.IsAbsoluteUri || Api.Scheme is not ("http" or "https"))) yield return new ConfigurationProblem(nameof(Api), "an absolute http address", Api.ToString());
    }
}

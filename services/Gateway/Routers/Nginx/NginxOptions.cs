using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Platform.Hosting;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>
/// An nginx that applications with <c>traffic: { router: nginx }</c> are reached through. Section <c>Nginx</c>. nginx itself is run by whoever runs
/// this machine; its <c>http</c> block has <c>include FOLDER/*/*.conf;</c>.
/// </summary>
public sealed partial class NginxOptions : IValidatable
{
    /// <summary>Where the generated configuration and the logs it asks for are kept, an absolute path. Default none: no application can be reached through nginx.</summary>
    public string? Folder { get; set; }

    /// <summary>
    /// How nginx is called, word by word; <c>-t</c> and <c>-s reload</c> are added to it. Default <c>["nginx"]</c>. For example
    /// <c>["sudo", "nginx"]</c>, or <c>["nginx", "-c/etc/edge/nginx.conf"]</c>.
    /// </summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>What nginx listens on for clients, as in its <c>listen</c> directive. Default <c>["127.0.0.1:8081"]</c>; <c>["443 ssl"]</c> needs the certificate in <see cref="Include"/>.</summary>
    public IReadOnlyList<string> Listen { get; set; } = [];

    /// <summary>Where nginx tells the gateway what it serves: an address of this machine that clients cannot reach. Default <c>127.0.0.1:8082</c>.</summary>
    public string Status { get; set; } = "127.0.0.1:8082";

    /// <summary>
    /// nginx's pid file, by which the gateway sees whether workers of an earlier configuration are still there. Default none: replicas that left
    /// count as drained when the application's drain timeout has passed.
    /// </summary>
    public string? PidFile { get; set; }

    /// <summary>A file of yours that is included in every generated <c>server</c>: certificates, headers, access rules. Default none.</summary>
    public string? Include { get; set; }

    /// <summary>How long a call of nginx, and then the new configuration, may take until it is served. Default 10 s; 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest body of a request, as <c>Limits:TrafficBody</c> is for the platform's own gateway. Default 100Mi; 1Ki to 1Ti.</summary>
    [Range(1024L, 1L << 40)]
    public long BodyLimit { get; set; } = 100L << 20;

    /// <summary>How large an application's log may grow before it is begun anew. It is read once a second and not kept. Default 64Mi; 64Ki to 16Gi.</summary>
    [Range(65_536L, 17_179_869_184L)]
    public long LogLimit { get; set; } = 64L << 20;

    internal IReadOnlyList<string> CommandOrDefault => Command.Count > 0 ? Command : ["nginx"];

    internal IReadOnlyList<string> ListenOrDefault => Listen.Count > 0 ? Listen : ["127.0.0.1:8081"];

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        foreach (var (name, path) in new[] { (nameof(Folder), Folder), (nameof(PidFile), PidFile), (nameof(Include), Include) })
        {
            if (path is not null && !PathPattern().IsMatch(path)) yield return new ConfigurationProblem(name, "an absolute path of letters, digits and . _ - + @ /", path);
        }

        foreach (var listen in Listen.Where(l => !ListenPattern().IsMatch(l)))
            yield return new ConfigurationProblem(nameof(Listen), "what nginx's listen directive takes, such as 127.0.0.1:8081 or '443 ssl http2'", listen);
        if (!StatusPattern().IsMatch(Status)) yield return new ConfigurationProblem(nameof(Status), "an address and a port, such as 127.0.0.1:8082", Status);
    }

    [GeneratedRegex(@"\A/[A-Za-z0-9._+@/-]*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_.:=\[\]*/ -]+\z")]
    private static partial Regex ListenPattern();

    [GeneratedRegex(@"\A([0-9.]+|\[[0-9a-f:]+\]|localhost):[0-9]{1,5}\z")]
    private static partial Regex StatusPattern();
}

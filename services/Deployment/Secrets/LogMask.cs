using Platform.Workloads.Manifests;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Secrets;

/// <summary>Takes the secrets that a replica was given out of what it wrote, before anybody reads it here. Its log file stays as it is.</summary>
internal sealed class LogMask(IServiceProvider services)
{
    private const string Scheme = "secret://", Mask = "***";

    /// <summary>Shorter ones would mask half of the text, and are no secrets.</summary>
    private const int Shortest = 4;

    /// <summary>Line → the line without the present values of the secrets that a manifest refers to.</summary>
    public Func<string, string> Of(Manifest manifest)
    {
        var names = (manifest.Process?.Env ?? manifest.Docker?.Env)?.Values.Where(v => v.StartsWith(Scheme, StringComparison.Ordinal)).Select(v => v[Scheme.Length..]).ToList();
        if (names is not { Count: > 0 }) return line => line;
        // Only now: a host that starts no replicas has no place where secrets are.
        var secrets = services.GetRequiredService<ISecrets>();
        var values = names.Select(name => Value(secrets, name)).Where(v => v.Length >= Shortest).OrderByDescending(v => v.Length).ToList();
        return line => values.Aggregate(line, (text, value) => text.Replace(value, Mask, StringComparison.Ordinal));
    }

    /// <summary>A value that cannot be read was not given to a replica either.</summary>
    private static string Value(ISecrets secrets, string name)
    {
        try
        {
            return secrets.Find(name) ?? "";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

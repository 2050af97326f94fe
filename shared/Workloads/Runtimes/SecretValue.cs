using Platform.Workloads.Manifests;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes;

/// <summary>A value of the manifest that may be a reference to a secret, as a replica gets it.</summary>
internal static class SecretValue
{
    /// <summary>The value itself, or the secret's.</summary>
    /// <param name="path">Where it stands in the manifest.</param>
    /// <param name="value">What stands there.</param>
    /// <param name="secrets">Where secrets are looked up.</param>
    /// <exception cref="ReplicaStartException">There is no such secret, or it cannot be read.</exception>
    public static string Of(string path, string value, ISecrets secrets)
    {
        if (!value.StartsWith(Rules.SecretScheme, StringComparison.Ordinal)) return value;
        var secret = value[Rules.SecretScheme.Length..];
        try
        {
            return secrets.Find(secret) ?? throw new ReplicaStartException($"{path} refers to the secret '{secret}', which does not exist; {secrets.HowToAdd(secret)}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ReplicaStartException($"{path} refers to the secret '{secret}', which cannot be read: {error.Message}");
        }
    }
}

using System.Security.Cryptography.X509Certificates;

namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>Where a cluster's API server is, and as whom it is asked.</summary>
internal sealed record ClusterAccess
{
    /// <summary>Its address.</summary>
    public required Uri Server { get; init; }
    /// <summary>The namespace that is meant where nothing is said.</summary>
    public required string Namespace { get; init; }
    /// <summary>Who may have signed its certificate; null: whom this machine trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }
    /// <summary>The name its certificate is for; null: the address's.</summary>
    public string? ServerName { get; init; }
    /// <summary>Its certificate is not looked at.</summary>
    public bool SkipVerification { get; init; }
    /// <summary>Our certificate with its key.</summary>
    public X509Certificate2? ClientCertificate { get; init; }
    /// <summary>Our token.</summary>
    public string? Token { get; init; }
    /// <summary>The file in which it stands and is replaced from time to time.</summary>
    public string? TokenFile { get; init; }
}

/// <summary>There is no way to a cluster, or what describes it cannot be used.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
internal sealed class ClusterAccessException(string message) : Exception(message);

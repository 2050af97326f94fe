using System.Security.Cryptography;
using System.Text;
using Platform.Autoscaler.Policies;

namespace Platform.Autoscaler.Anomalies.Causes;

/// <summary>A scaling policy that was set, taken back or deleted, as a change of an application's configuration.</summary>
internal static class PolicyChange
{
    /// <summary>What a new version of a policy is to an application it is for, or was.</summary>
    public static Change Of(ScalingPolicyView policy, string application)
    {
        var what = policy.Deleted ? $"deleted the scaling policy {policy.Name}" : $"set the scaling policy {policy.Name}, version {policy.Version}";
        return new Change
        {
            Id = IdOf(policy, application),
            Application = application,
            Kind = ChangeKind.Configuration,
            At = policy.At,
            Description = string.IsNullOrWhiteSpace(policy.Reason) ? $"{policy.By} {what}." : $"{policy.By} {what}: {policy.Reason}",
        };
    }

    /// <summary>A policy may be for many applications: the same version is another change to each of them.</summary>
    private static Guid IdOf(ScalingPolicyView policy, string application)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"policy\n{policy.Name}\n{policy.Version}\n{application}"), hash);
        return new Guid(hash[..16]);
    }
}

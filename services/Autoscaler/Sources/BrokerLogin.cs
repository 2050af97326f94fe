using Platform.Contracts.Scaling;
using Platform.Workloads.Secrets;

namespace Platform.Autoscaler.Sources;

/// <summary>As whom a broker is asked.</summary>
internal sealed record BrokerLogin(string Username, string Password)
{
    /// <summary>The password of <c>guest</c>, which every broker comes with.</summary>
    private const string OfGuest = "guest";

    /// <summary>The login of a metric; null: its password cannot be had, and <paramref name="missing"/> says why.</summary>
    public static BrokerLogin? Of(RabbitMqMetric metric, ISecrets secrets, out string? missing)
    {
        missing = null;
        if (metric.Password is null) return new BrokerLogin(metric.Username, OfGuest);
        if (!SecretReference.Is(metric.Password))
        {
            // However it came here: what is kept as a password would be told as one.
            missing = "has to be written as secret://name, not as its value";
            return null;
        }

        return SecretReference.Resolve(secrets, metric.Password, out missing) is { } password ? new BrokerLogin(metric.Username, password) : null;
    }

    /// <summary>A text of somebody else's without the password; <c>guest</c> is no secret.</summary>
    public string Mask(string text) => Password is OfGuest or "" ? text : text.Replace(Password, "***", StringComparison.Ordinal);

    /// <summary>Without the password, wherever a record is printed.</summary>
    public override string ToString() => Username;
}

using System.Net;

namespace Platform.Hosting.Outbound;

/// <summary>The setting <c>Allow</c> of whoever asks addresses that a user has chosen: networks such as <c>10.1.0.0/16</c>, for an <see cref="AddressPolicy"/>.</summary>
public static class AllowedNetworks
{
    /// <summary>What of it is no network, each under its place: <c>Allow:1</c>.</summary>
    public static IEnumerable<ConfigurationProblem> Problems(IEnumerable<string> allow) =>
        allow.Select((network, i) => (network, i)).Where(n => !IPNetwork.TryParse(n.network, out _))
            .Select(n => new ConfigurationProblem($"Allow:{n.i}", "a network such as 10.1.0.0/16", n.network));

    /// <summary>The networks of a setting that has no problems.</summary>
    public static IReadOnlyList<IPNetwork> Of(IEnumerable<string> allow) => [.. allow.Select(IPNetwork.Parse)];
}

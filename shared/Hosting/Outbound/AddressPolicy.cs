using System.Net;

namespace Platform.Hosting.Outbound;

/// <summary>
/// Which addresses a URL that a user has chosen may reach (webhooks, metrics, hooks). Everything that is not public is refused unless it
/// is allow-listed: the request is made by us from inside (server-side request forgery).
/// </summary>
/// <param name="allowed">Networks (<c>10.1.0.0/16</c>, <c>127.0.0.1/32</c>) that may be reached all the same.</param>
/// <param name="setting">The setting that allows more, for the refusal: <c>Webhooks:Allow</c>.</param>
public sealed class AddressPolicy(IReadOnlyList<IPNetwork> allowed, string setting)
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether an address may be reached.</summary>
    public bool Allows(IPAddress address)
    {
        // ::ffff:127.0.0.1 is 127.0.0.1 in other clothes.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return allowed.Any(network => Contains(network, plain)) || !Refused.Any(network => Contains(network, plain));
    }

    /// <summary>Resolves a host once and gives the first address that may be reached.</summary>
    /// <exception cref="HttpRequestException">None may be, or the name is unknown.</exception>
    public async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        return addresses.FirstOrDefault(Allows)
            ?? throw new HttpRequestException($"{host} leads to {string.Join(", ", addresses.Select(a => a.ToString()))}, which is not a public address. An admin can allow it with {setting}.");
    }

    private static bool Contains(IPNetwork network, IPAddress address) =>
        network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);
}

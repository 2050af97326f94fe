using System.Text.RegularExpressions;
using Platform.Contracts.Traffic;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>What a table must be like for nginx, beyond what every table must be.</summary>
internal static partial class NginxTable
{
    /// <summary>Every reason why nginx cannot route by a table; empty: it can.</summary>
    public static IEnumerable<string> Problems(RouteTable table)
    {
        if (!IsApplication(table.Application)) yield return "the application's name must be of letters, digits and '-', at most 63.";
        foreach (var host in table.Hosts.Where(h => h.Length > 253 || !HostPattern().IsMatch(h))) yield return $"'{Shown(host)}' is no host name that nginx can be given.";
        if (table.PathPrefix.Length > 1024 || !PathPattern().IsMatch(table.PathPrefix)) yield return $"the path prefix '{Shown(table.PathPrefix)}' has characters that nginx must not be given.";
        foreach (var rule in table.Rules)
        {
            if (rule.Header is { } header && !HeaderPattern().IsMatch(header)) yield return $"nginx can route by headers whose names are letters, digits and '-', not by '{Shown(header)}'.";
        }

        foreach (var replica in table.Revisions.SelectMany(r => r.Replicas))
        {
            var address = replica.Address;
            var isHost = address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || HostPattern().IsMatch(address.Host);
            if (address.Scheme != "http" || !isHost) yield return $"replica {Shown(replica.Id)} must have an http address, but has '{Shown(address.ToString())}'.";
        }
    }

    /// <summary>Whether it is an application's name, which makes a file's name.</summary>
    public static bool IsApplication(string name) => ApplicationPattern().IsMatch(name);

    private static string Shown(string text)
    {
        var clean = new string([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
        return clean.Length <= 100 ? clean : clean[..100] + "…";
    }

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex ApplicationPattern();

    [GeneratedRegex(@"\A(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\z")]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"\A/[^\x00-\x20\x7f$]*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9-]+\z")]
    private static partial Regex HeaderPattern();
}

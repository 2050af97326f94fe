using System.Net;

namespace Platform.Hosting;

/// <summary>Where the modules of this process listen. Known once the host has started.</summary>
public interface IServiceAddresses
{
    /// <summary>The control address of a module of this process: <c>http://127.0.0.1:8014/</c>.</summary>
    Uri Control(string module);

    /// <summary>The traffic address of a module of this process; null: it has none.</summary>
    Uri? Traffic(string module);
}

/// <inheritdoc/>
internal sealed class ServiceAddresses(IReadOnlyList<Listening.Listener> listeners, bool tls) : IServiceAddresses
{
    /// <summary>Every port of this process.</summary>
    public IReadOnlyList<Listening.Listener> Listeners => listeners;

    /// <inheritdoc/>
    public Uri Control(string module) =>
        Of(module, isTraffic: false) ?? throw new ArgumentException($"No module '{module}' in this process; there are: {string.Join(", ", listeners.Select(l => l.Module.Name).Distinct())}.", nameof(module));

    /// <inheritdoc/>
    public Uri? Traffic(string module) => Of(module, isTraffic: true);

    private Uri? Of(string module, bool isTraffic)
    {
        var listener = listeners.FirstOrDefault(l => l.Module.Name == module && l.IsTraffic == isTraffic);
        if (listener is null) return null;
        var address = listener.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listener.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listener.Address;
        return new UriBuilder(tls ? "https" : "http", address.ToString(), listener.ActualPort).Uri;
    }
}

using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Platform.Hosting.Listening;

/// <summary>Where the host listens, and who may ask. These keys stand at the top level of the configuration.</summary>
internal sealed class NetworkOptions : IValidatable
{
    /// <summary>The data folder: keys, databases, logs, the gateway's last table.</summary>
    [Required]
    public string Data { get; set; } = Configuration.ConfigurationSources.DefaultDataFolder;

    /// <summary>The address that every port is bound to. Anything but loopback needs TLS or AllowInsecureBind.</summary>
    [Required]
    public string Bind { get; set; } = "127.0.0.1";

    /// <summary>The address that the traffic port is bound to. Default: as Bind.</summary>
    public string? TrafficBind { get; set; }

    /// <summary>Allows an address other than loopback without TLS: for a network that is private by other means.</summary>
    public bool AllowInsecureBind { get; set; }

    /// <summary>Host names, beside localhost and loopback addresses, under which the control ports answer.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>Origins, beside the control ports themselves, whose pages may send changes: https://ops.example.org.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>The certificate, where TLS is wanted.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>The address of the control ports.</summary>
    public IPAddress ControlAddress => IPAddress.TryParse(Bind, out var address) ? address : IPAddress.Loopback;

    /// <summary>The address of the traffic port.</summary>
    public IPAddress TrafficAddress => TrafficBind is null ? ControlAddress : IPAddress.TryParse(TrafficBind, out var address) ? address : IPAddress.Loopback;

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        foreach (var (key, value) in new[] { (nameof(Bind), Bind), (nameof(TrafficBind), TrafficBind) })
        {
            if (value is null) continue;
            if (!IPAddress.TryParse(value, out var address)) yield return new ConfigurationProblem(key, "an IP address such as 127.0.0.1", $"'{value}'");
            else if (!IPAddress.IsLoopback(address) && !Tls.IsConfigured && !AllowInsecureBind)
            {
                yield return new ConfigurationProblem(key,
                    "a loopback address, or Tls:Certificate and Tls:Key, or --AllowInsecureBind=true where the network is private by other means",
                    $"'{value}' without TLS");
            }
        }

        foreach (var problem in Tls.Problems()) yield return problem;

        foreach (var origin in AllowedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin.TrimEnd('/'))
            {
                yield return new ConfigurationProblem(nameof(AllowedOrigins), "an origin such as https://ops.example.org", $"'{origin}'");
            }
        }
    }
}

/// <summary>TLS for every port.</summary>
internal sealed class TlsOptions
{
    /// <summary>The certificate chain, a PEM file.</summary>
    public string? Certificate { get; set; }

    /// <summary>Its private key, a PEM file.</summary>
    public string? Key { get; set; }

    /// <summary>Whether TLS is wanted.</summary>
    internal bool IsConfigured => Certificate is not null && Key is not null;

    /// <summary>What would keep TLS from being served, found by loading both files as the server does.</summary>
    internal IEnumerable<ConfigurationProblem> Problems()
    {
        if (Certificate is not null != Key is not null) yield return new ConfigurationProblem("Tls", "both Certificate and Key", "one of them");
        var missing = new[] { Certificate, Key }.Where(file => file is not null && !File.Exists(file)).ToList();
        foreach (var file in missing) yield return new ConfigurationProblem("Tls", "a readable PEM file", $"no file {file}");
        if (missing.Count > 0 || !IsConfigured) yield break;
        using var loaded = TryLoad(out var trouble);
        if (loaded is null) yield return new ConfigurationProblem("Tls", "a certificate and its private key, both PEM", trouble!);
    }

    /// <summary>Loads the certificate with its key. Null: it cannot be, and <paramref name="trouble"/> says why.</summary>
    internal X509Certificate2? TryLoad(out string? trouble)
    {
        trouble = null;
        if (!IsConfigured) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(Certificate!, Key!);
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // The messages name neither file nor cure: 'The provided key does not match the public key for this certificate.'
            trouble = $"{Certificate} with {Key}: {unusable.Message}";
            return null;
        }
    }
}

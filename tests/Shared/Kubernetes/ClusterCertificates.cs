using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Platform.Testing.Kubernetes;

/// <summary>A cluster's certificate authority, made for one test run, and what it signs.</summary>
internal sealed class ClusterCertificates : IDisposable
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), Until = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ClusterCertificates()
    {
        var request = new CertificateRequest("CN=kubernetes", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Authority = request.CreateSelfSigned(From, Until);
    }

    public X509Certificate2 Authority { get; }

    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>For the server on this machine's loopback.</summary>
    public X509Certificate2 Server()
    {
        var (certificate, key) = Sign("CN=kube-apiserver", "1.3.6.1.5.5.7.3.1", names =>
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("kubernetes");
        });
        using (key)
        {
            return certificate.CopyWithPrivateKey(key);
        }
    }

    /// <summary>For somebody who asks: the certificate and its key.</summary>
    public (string Certificate, string Key) Client(string name)
    {
        var (certificate, key) = Sign($"CN={name}", "1.3.6.1.5.5.7.3.2", _ => { });
        using (key)
        {
            return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        }
    }

    public bool Signed(X509Certificate2 certificate)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(Authority);
        return chain.Build(certificate);
    }

    public void Dispose()
    {
        _key.Dispose();
        Authority.Dispose();
    }

    private (X509Certificate2 Certificate, ECDsa Key) Sign(string subject, string usage, Action<SubjectAlternativeNameBuilder> names)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var alternatives = new SubjectAlternativeNameBuilder();
        names(alternatives);
        if (usage.EndsWith(".1", StringComparison.Ordinal)) request.CertificateExtensions.Add(alternatives.Build());
        return (request.Create(Authority, From, Until, Guid.NewGuid().ToByteArray()), key);
    }
}

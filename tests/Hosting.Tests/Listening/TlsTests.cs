using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Tests.Listening;

/// <summary>Every port over TLS, with certificates made here.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = TestHost.NewFolder();

    private string CertificatePath => Path.Combine(_folder, "tls.crt");

    private string KeyPath => Path.Combine(_folder, "tls.key");

    private string[] Args => [$"--Tls:Certificate={CertificatePath}", $"--Tls:Key={KeyPath}"];

    [Fact]
    public async Task EveryPort_ServesHttpsWithTheCertificateGiven_AndNoPlainHttp()
    {
        var thumbprint = WriteCertificate();
        await using var host = await TestHost.StartAsync([TestHost.Module(traffic: t => t.Run(c => c.Response.WriteAsync(c.Request.Protocol + " " + c.Request.Scheme)))], Args);
        var shown = new List<string>();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                shown.Add(certificate!.GetCertHashString(HashAlgorithmName.SHA256));
                return shown[^1] == thumbprint;
            },
        };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };

        Assert.Equal(Uri.UriSchemeHttps, host.Address().Scheme);
        Assert.Equal(Uri.UriSchemeHttps, host.Traffic().Scheme);
        Assert.Contains("live", await client.GetStringAsync(new Uri(host.Address(), "health/live")));
        Assert.Equal("HTTP/2 https", await client.GetStringAsync(host.Traffic()));
        Assert.Equal([thumbprint, thumbprint], shown);

        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new UriBuilder(host.Address()) { Scheme = "http" }.Uri));
    }

    [Fact]
    public async Task Bind_BeyondLoopback_IsAllowedWithTls()
    {
        WriteCertificate();
        await using var app = ServiceHost.Build(["--data", _folder, "--Log:Level=fatal", "--Bind=0.0.0.0", .. Args], [TestHost.Module()]);
        Assert.NotNull(app);
    }

    [Fact]
    public void CertificateThatIsNone_IsAProblemThatNamesIt()
    {
        WriteCertificate();
        File.WriteAllText(CertificatePath, "not a certificate");
        Assert.Contains(CertificatePath, Refused());
    }

    [Fact]
    public void KeyOfAnotherCertificate_IsAProblemThatSaysSo()
    {
        WriteCertificate();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(KeyPath, other.ExportPkcs8PrivateKeyPem());
        var found = Refused();
        Assert.Contains(KeyPath, found);
        Assert.Contains("match", found);
    }

    [Fact]
    public void FileThatIsNotThere_AndKeyAlone_AreProblems()
    {
        WriteCertificate();
        File.Delete(KeyPath);
        Assert.Equal($"no file {KeyPath}", Refused());
        var alone = Assert.Throws<ConfigurationException>(() => ServiceHost.Build(["--data", _folder, $"--Tls:Certificate={CertificatePath}"], [TestHost.Module()]));
        Assert.Contains(alone.Problems, p => p is { Path: "Tls", Expected: "both Certificate and Key" });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Refused() =>
        Assert.Single(Assert.Throws<ConfigurationException>(() => ServiceHost.Build(["--data", _folder, .. Args], [TestHost.Module()])).Problems, p => p.Path == "Tls").Found;

    private string WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }
}

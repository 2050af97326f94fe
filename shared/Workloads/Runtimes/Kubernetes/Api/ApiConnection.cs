using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>The connections to an API server: who is trusted, and as whom we come.</summary>
internal sealed class ApiConnection : IDisposable
{
    /// <summary>Tokens in files are replaced long before they end; reading them at every request would be one too many.</summary>
    private static readonly TimeSpan TokenAge = TimeSpan.FromMinutes(1);

    private readonly ClusterAccess _access;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private string? _token;
    private long _tokenRead;

    public ApiConnection(ClusterAccess access, TimeProvider clock)
    {
        (_access, _clock, _token) = (access, clock, access.Token);
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = SslOptions(access),
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            // Every watch and every followed log holds one.
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
        })
        {
            BaseAddress = access.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = System.Net.HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("platform", typeof(ApiConnection).Assembly.GetName().Version?.ToString(3)));
    }

    public Uri Server => _access.Server;

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (await TokenAsync(ct) is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<string?> TokenAsync(CancellationToken ct)
    {
        if (_access.TokenFile is not { } file) return _token;
        if (_token is not null && _clock.GetElapsedTime(_tokenRead) < TokenAge) return _token;
        _token = (await File.ReadAllTextAsync(file, ct)).Trim();
        _tokenRead = _clock.GetTimestamp();
        return _token;
    }

    private static SslClientAuthenticationOptions SslOptions(ClusterAccess access)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = access.ServerName ?? access.Server.Host };
        if (access.ClientCertificate is { } certificate) options.ClientCertificates = [certificate];
        if (access.SkipVerification)
        {
            // The user's own word, in a file that is theirs; kubectl does the same.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (access.Authorities is { } authorities)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Platform.Hosting;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>Keys: hashed, scoped, expiring, revocable, not to be guessed; and who may read the files.</summary>
public sealed class KeyTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task Keys_AreKeptAsHashes_Expire_AndAreRevoked()
    {
        await using var platform = await WholePlatform.StartAsync();
        var (_, made) = await platform.SendAsync("gateway", HttpMethod.Post, "/keys", new { name = "guest", role = "viewer", expiresIn = "1h" });
        var key = made.GetProperty("key").GetString()!;
        Assert.True(key.Length > 40, "the key is too short to be safe from guessing");
        Assert.DoesNotContain(key, await File.ReadAllTextAsync(Path.Combine(platform.Data, "keys.json")), StringComparison.Ordinal);
        Assert.DoesNotContain(key, (await platform.GetAsync("gateway", "/keys")).GetRawText(), StringComparison.Ordinal);
        Assert.NotEqual(JsonValueKind.Null, made.GetProperty("expiresAt").ValueKind);

        foreach (var service in WholePlatform.Services) Assert.Equal(HttpStatusCode.OK, await AskAsync(platform, service.Name, key));
        await platform.SendAsync("deployment", HttpMethod.Delete, "/keys/" + made.GetProperty("id").GetString());
        foreach (var service in WholePlatform.Services) Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(platform, service.Name, key));
    }

    [Fact]
    public async Task Guessing_IsStopped_AtTheLogInPageToo()
    {
        await using var platform = await WholePlatform.StartAsync(args: ["--Auth:MaxFailures=5"]);
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(platform, "gateway", "plk_guess" + i));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(platform, "gateway", "plk_guess5"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(platform, "deployment", platform.Key(Roles.Viewer)));
        using var client = platform.Client("healthmonitor", null);
        using var form = await client.PostAsync("/login", new FormUrlEncodedContent([new("key", platform.Key(Roles.Viewer))]));
        Assert.Equal(HttpStatusCode.TooManyRequests, form.StatusCode);
        using var code = await client.GetAsync("/login?code=guess");
        Assert.Equal(HttpStatusCode.TooManyRequests, code.StatusCode);
    }

    [Fact]
    public async Task DataFolder_IsItsOwnersAlone_AndEverythingInIt()
    {
        var parent = Directory.CreateTempSubdirectory("platform-security-");
        var data = Path.Combine(parent.FullName, "data");
        await using (var platform = await WholePlatform.StartAsync(data: data))
        {
            await platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "sealed", url = "https://example.org/", enabled = false });
            Assert.Equal(Owner, File.GetUnixFileMode(data));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data, "admin.key")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(data, "sealing.key")));
            var open = Directory.EnumerateFileSystemEntries(data, "*", SearchOption.AllDirectories).Where(path => (File.GetUnixFileMode(path) & ~Owner) != 0);
            Assert.Empty(open);
        }

        parent.Delete(recursive: true);
    }

    [Fact]
    public async Task MetricsAndHealth_TellAStrangerNoDetails()
    {
        await using var platform = await WholePlatform.StartAsync();
        using var stranger = platform.Client("deployment", null);
        var ready = await (await stranger.GetAsync("/health/ready")).Content.ReadAsStringAsync();
        Assert.DoesNotContain("waitingFor", ready, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await platform.Client("healthmonitor", null).GetAsync("/health/report")).StatusCode);

        // On loopback a scraper needs no key; elsewhere it does (the rule itself is tested in Hosting.Tests).
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/metrics")).StatusCode);
    }

    private static async Task<HttpStatusCode> AskAsync(WholePlatform platform, string module, string key)
    {
        using var client = platform.Client(module, null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await client.GetAsync("/session");
        return answer.StatusCode;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Hosting;
using Platform.Security.Tests.Endpoints;
using Platform.Security.Tests.Support;
using Platform.Testing;

namespace Platform.Security.Tests.Checklist;

/// <summary>Canaries go in wherever a secret does, the platform does its work with them, and then they are looked for everywhere.</summary>
public sealed class SecretTests
{
    private const string WebhookCanary = "canary-of-the-webhook-5e1f", ReferenceCanary = "canary-behind-the-reference-9b7d", StoredCanary = "canary-set-over-http-77c0", GuessCanary = "plk_canary-of-a-guess-3c2a";

    [Fact]
    public async Task Secrets_AreInNoAnswerLogTraceEventOrFile_ButWhereTheyBelong()
    {
        using var heard = new Overhearing();
        await using var platform = await WholePlatform.StartAsync(args: ["--Webhooks:Allow:0=127.0.0.1/32"]);
        platform.Provider.GetRequiredService<ILoggerFactory>().AddProvider(heard);
        using var receiver = new TcpListener(IPAddress.Loopback, 0);
        receiver.Start();
        var delivered = ReceiveAsync(receiver);

        var (_, key) = await platform.SendAsync("gateway", HttpMethod.Post, "/keys", new { name = "canary", role = "admin" });
        var keyCanary = key.GetProperty("key").GetString()!;
        await platform.SendAsync("healthmonitor", HttpMethod.Post, "/webhooks", new { name = "canary", url = $"http://127.0.0.1:{((IPEndPoint)receiver.LocalEndpoint).Port}/", secret = WebhookCanary });
        var replica = await DeployAsync(platform);
        var cookie = await UseAsync(platform, keyCanary);
        var sent = await delivered.WaitAsync(TimeSpan.FromSeconds(20));

        string[] canaries = [WebhookCanary, ReferenceCanary, StoredCanary, GuessCanary, keyCanary, cookie, platform.Key(Roles.Admin), WholePlatform.DaprToken, (await File.ReadAllTextAsync(Path.Combine(platform.Data, "sealing.key"))).Trim()];
        Assert.Contains("webhook-signature", sent, StringComparison.OrdinalIgnoreCase);
        var leaks = new List<string>();
        foreach (var canary in canaries)
        {
            leaks.AddRange(heard.With(canary).Select(line => $"heard: {line}"));
            if (sent.Contains(canary, StringComparison.Ordinal)) leaks.Add("in a delivery");
            if ((await File.ReadAllTextAsync($"/proc/{replica}/cmdline")).Contains(canary, StringComparison.Ordinal)) leaks.Add("on a command line");
        }

        leaks.AddRange(await InAnswersAsync(platform, canaries));
        leaks.AddRange(InFiles(platform, canaries));
        Assert.Empty(leaks);

        // Where it belongs it is: the search above would have found it.
        Assert.Contains(StoredCanary, await File.ReadAllTextAsync($"/proc/{replica}/environ"), StringComparison.Ordinal);
        Assert.Contains(ReferenceCanary, await File.ReadAllTextAsync($"/proc/{replica}/environ"), StringComparison.Ordinal);
        Assert.True(heard is { Lines: > 100, Spans: > 10 }, $"only {heard.Lines} lines and {heard.Spans} spans were heard");
        await platform.SendAsync("deployment", HttpMethod.Delete, "/api/deployment/applications/canary");
        await ModuleHost.UntilAsync(() => !Directory.Exists($"/proc/{replica}"), "the replica stops");
    }

    [Fact]
    public void ASealedSecret_OpensOnlyWithItsKeyAndForItsPurpose()
    {
        using var box = new Hosting.Security.SecretBox(new byte[32]);
        using var other = new Hosting.Security.SecretBox([.. Enumerable.Repeat((byte)1, 32)]);
        var text = box.Seal("top secret", "webhook:a");
        Assert.Equal("top secret", box.Open(text, "webhook:a"));
        Assert.NotEqual(text, box.Seal("top secret", "webhook:a"));
        Assert.Null(box.Open(text, "webhook:b"));
        Assert.Null(other.Open(text, "webhook:a"));
        Assert.Null(box.Open("top secret", "webhook:a"));
        for (var i = 0; i < text.Length; i++)
        {
            // The last digit carries bits that no byte needs.
            if (i == text.Length - 1) break;
            var altered = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.Null(box.Open(altered, "webhook:a"));
        }
    }

    [Fact]
    public async Task AConfiguredSealingKey_LeavesNoneInTheFolder()
    {
        await using var platform = await WholePlatform.StartAsync(args: ["--Sealing:Key=" + Convert.ToBase64String(new byte[32])]);
        Assert.False(File.Exists(Path.Combine(platform.Data, "sealing.key")));
        Assert.Throws<ConfigurationException>(() => ServiceHost.Build(["--data", platform.Data, "--Sealing:Key=short"], WholePlatform.Services));
    }

    private static async Task<int> DeployAsync(WholePlatform platform)
    {
        var secrets = Directory.CreateDirectory(Path.Combine(platform.Data, "secrets"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = Path.Combine(secrets.FullName, "canary");
        await File.WriteAllTextAsync(file, ReferenceCanary);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await platform.SendAsync("deployment", HttpMethod.Put, "/api/deployment/secrets/stored", new { value = StoredCanary });
        var manifest = $$"""
            name: canary
            revision: v1
            process: { command: ["{{Path.Combine(AppContext.BaseDirectory, "TestChild")}}", "serve"], env: { TOKEN: secret://canary, DB_PASSWORD: secret://stored } }
            scaling: { min: 1, max: 1 }
            health: { interval: 100ms }
            rollout: { strategy: blueGreen, watch: 100ms }
            """;
        var (status, answer) = await platform.SendAsync("deployment", HttpMethod.Post, "/api/deployment/deploy", new { manifest, reason = "canary" });
        Assert.True(status == HttpStatusCode.Accepted, answer.ToString());
        var view = await ModuleHost.UntilAsync(
            platform.Admin("deployment"), "/api/deployment/applications/canary", v => v.GetProperty("readyReplicas").GetInt32() > 0 && v.GetProperty("stableRevision").ValueKind == JsonValueKind.String);
        return view.GetProperty("replicas")[0].GetProperty("processId").GetInt32();
    }

    /// <summary>Uses the keys as people do, and wrongly as people do.</summary>
    private static async Task<string> UseAsync(WholePlatform platform, string key)
    {
        foreach (var (service, secret) in WholePlatform.Services.SelectMany(s => new[] { (s.Name, key), (s.Name, GuessCanary) }))
        {
            using var client = platform.Client(service, null);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
            using var read = await client.GetAsync("/session");
            using var wrong = await client.PostAsync("/keys", new StringContent("{\"name\":", Encoding.UTF8, "application/json"));
            Assert.False((await read.Content.ReadAsStringAsync() + await wrong.Content.ReadAsStringAsync()).Contains(secret, StringComparison.Ordinal));
        }

        using var browser = platform.Client("healthmonitor", null);
        using var entered = await browser.PostAsync("/login", new FormUrlEncodedContent([new("key", key)]));
        var (_, sealing) = await platform.SendAsync("healthmonitor", HttpMethod.Post, "/dapr/commands");
        Assert.False(sealing.GetRawText().Contains(WholePlatform.DaprToken, StringComparison.Ordinal));
        return entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=')[1];
    }

    private static async Task<IReadOnlyList<string>> InAnswersAsync(WholePlatform platform, IReadOnlyList<string> canaries)
    {
        var leaks = new List<string>();
        foreach (var rule in EndpointSweep.Rules(platform).Where(r => r.Methods.Contains("GET") && !r.Path.EndsWith("/stream", StringComparison.Ordinal)))
        {
            foreach (var path in new[] { EndpointSweep.Fill(rule.Path), EndpointSweep.Fill(rule.Path).Replace("none-such", "canary", StringComparison.Ordinal) + "?application=canary&limit=500" })
            {
                using var answer = await platform.Admin(rule.Module).GetAsync(path);
                var text = await answer.Content.ReadAsStringAsync() + answer.Headers;
                leaks.AddRange(canaries.Where(c => text.Contains(c, StringComparison.Ordinal)).Select(c => $"{rule.Module} GET {path} shows {c}"));
            }
        }

        return leaks;
    }

    private static IEnumerable<string> InFiles(WholePlatform platform, IReadOnlyList<string> canaries)
    {
        foreach (var path in Directory.EnumerateFiles(platform.Data, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(platform.Data, path);
            if (name is "admin.key" or "sealing.key" || name == Path.Combine("secrets", "canary")) continue;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.Latin1);
            var text = reader.ReadToEnd();
            foreach (var canary in canaries.Where(c => text.Contains(c, StringComparison.Ordinal))) yield return $"file {name} holds {canary}";
        }
    }

    /// <summary>Answers every delivery and gives the text of the first.</summary>
    private static async Task<string> ReceiveAsync(TcpListener listener)
    {
        using var socket = await listener.AcceptSocketAsync();
        var buffer = new byte[65536];
        var read = await socket.ReceiveAsync(buffer);
        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Integration.Tests.Split;
using Platform.Testing;

namespace Platform.Integration.Tests.Containers;

/// <summary>docker-compose.phase7.yml, started by the real tool on the tests' engine; see compose.local.yml for what is this machine's in it.</summary>
internal sealed class ComposeStack : IAsyncDisposable
{
    private const string Key = "compose-tests-share-this-admin-key";
    private static readonly string[] Parts = ["deployment", "gateway", "autoscaler", "healthmonitor", "rabbitmq", "postgres"];
    private readonly ServiceImages _engine;
    private readonly Dictionary<string, string> _environment;
    private readonly Dictionary<string, int> _ports = new(StringComparer.Ordinal);

    private ComposeStack(ServiceImages engine)
    {
        _engine = engine;
        _environment = new Dictionary<string, string>(engine.Environment)
        {
            ["COMPOSE_PROJECT_NAME"] = "tests",
            ["POSTGRES_PASSWORD"] = Guid.NewGuid().ToString("N"),
            ["RABBITMQ_PASSWORD"] = Guid.NewGuid().ToString("N"),
            ["PLATFORM_KEY_FILE"] = Path.Combine(engine.Folder, "admin.key"),
            ["PLATFORM_APPLICATIONS"] = Repository.Storefront,
            ["SERVERS"] = Path.Combine(Repository.Root, "tests/Integration.Tests/Containers/servers"),
        };
        foreach (var part in new[] { "deployment", "gateway", "autoscaler", "healthmonitor", "traffic" })
        {
            _ports[part] = ServerProcess.FreePort();
            _environment[part.ToUpperInvariant() + "_PORT"] = $"{_ports[part]}";
        }
    }

    public static string? Missing => Command.Exists("docker-compose") ? null : "'docker-compose' is not installed (apt-get install docker-compose)";

    public static async Task<ComposeStack> StartAsync(ServiceImages engine)
    {
        await engine.PublishAsync();
        var stack = new ComposeStack(engine);
        await File.WriteAllTextAsync(stack._environment["PLATFORM_KEY_FILE"], Key + "\n");
        File.SetUnixFileMode(stack._environment["PLATFORM_KEY_FILE"], UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await stack.ComposeAsync(["up", "--detach", "--build", .. Parts]);
        return stack;
    }

    public HttpClient Client(string part) => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_ports[part]}"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Key) },
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Asks until the answer is as wanted.</summary>
    public async Task<T> UntilAsync<T>(string part, string path, Func<T, bool> wanted, string what)
        where T : class
    {
        using var client = Client(part);
        T? last = null;
        try
        {
            await Eventually.HoldsAsync(async () => (last = await GetAsync<T>(client, path) ?? last) is not null && wanted(last), what, TimeSpan.FromSeconds(120));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\nThe last answer: {last}\n{await ComposeAsync("logs", "--tail", "15", part)}", late);
        }

        return last!;
    }

    public async Task<Guid> DeployAsync(string manifest)
    {
        using var client = Client("deployment");
        using var body = new StringContent(manifest, Encoding.UTF8, "application/yaml");
        using var answer = await client.PostAsync("/api/deployment/deploy", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Accepted>(PlatformJson.Options))!.Id;
    }

    /// <summary>The status the stack's own network sees, as Prometheus and the other services do.</summary>
    public Task<string> StatusInsideAsync(string address) => _engine.DockerAsync(
        "run", "--rm", "--network", "tests_default", "--volume", "/usr:/usr:ro", ServiceImages.BaseImage,
        "curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--header", $"Authorization: Bearer {Key}", address);

    public Task<string> ContainersAsync() => ComposeAsync("ps", "--quiet");

    public async ValueTask DisposeAsync() => await ComposeAsync("down", "--volumes", "--timeout", "10");

    private Task<string> ComposeAsync(params string[] arguments) => Command.RunAsync(
        "docker-compose",
        ["--file", Path.Combine(Repository.Root, "docker-compose.phase7.yml"), "--file", Path.Combine(Repository.Root, "tests/Integration.Tests/Containers/compose.local.yml"), .. arguments],
        _environment);

    private static async Task<T?> GetAsync<T>(HttpClient client, string path)
        where T : class
    {
        try
        {
            using var answer = await client.GetAsync(path);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<T>(PlatformJson.Options) : null;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Platform.Contracts.Deployments;
using Platform.Contracts.Http;
using Platform.Hosting.Json;
using Platform.Integration.Tests.Split;
using Platform.Testing;
using Platform.Workloads.Runtimes.Processes;

namespace Platform.Integration.Tests.Containers;

/// <summary>From a published folder to traffic: built at a real engine, sent to a real registry, prepared and tested in containers, started, cleaned up.</summary>
[Collection(Engine.Name)]
public sealed class DockerPipelineTests(ServiceImages engine, RegistryServer registry) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private static readonly string[] Modules = ["gateway", "autoscaler", "deployment", "healthmonitor", "traffic"];
    private static readonly string Published = Path.Combine(Repository.Root, "tests/TestChild/bin/Release/net10.0");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-docker-pipeline-");
    private readonly FreePorts _ports = new();
    private readonly Dictionary<string, int> _port = new(StringComparer.Ordinal);
    private readonly string _name = $"shop/web-{Guid.NewGuid():N}";
    private ServiceProcess? _platform;

    private string Data => Path.Combine(_folder.FullName, "data");

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessThere();
        Assert.SkipWhen(registry.Missing is not null, registry.Missing ?? "");
        foreach (var module in Modules) _port[module] = _ports.Take();
        var secrets = Directory.CreateDirectory(Path.Combine(Data, "secrets"));
        Secret(secrets.FullName, RegistryServer.Password);
        _platform = new ServiceProcess(
            "platform", Path.Combine(Repository.Root, "services/Platform/bin/Release/net10.0/platform"), [_port["deployment"], _port["traffic"]],
            ["up", "--data", Data, "--set", $"Docker:Endpoint=unix://{engine.Socket}", .. Modules.SelectMany(m => new[] { "--set", $"Ports:{m}={_port[m]}" })],
            Path.Combine(_folder.FullName, "platform.log"));
        await _platform.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null)
        {
            // In order, so that its containers go with it: the engine is others' too.
            await _platform.StopAsync();
            await _platform.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task APublishedFolder_IsBuiltPushedPreparedTestedAndServed_AndAFailureLeavesTheOldRevisionAlone()
    {
        var first = await ShipAsync("v1", $$"""
              build: { context: "{{Published}}", publish: TestChild.dll, baseImage: "{{ServiceImages.BaseImage}}" }
              push: { }
              prepare: { command: [print] }
              checks: [ { name: front, http: / } ]
            """);
        Assert.True(first.State == "completed", $"{first.Message}\n{await JobsAsync(first.Id)}");
        Assert.Equal(["build", "push", "prepare", "check front", "clean up"], first.Course!.Jobs.Where(j => j.State == "succeeded").Select(j => j.Name));
        Assert.All(first.Course.Jobs.Where(j => j.State == "succeeded"), j => Assert.NotNull(j.Duration));
        Assert.Contains("Successfully tagged", await LogAsync(first.Id, 1));
        Assert.Contains($"PLATFORM_ROLLOUT={first.Id}", await LogAsync(first.Id, 3));

        // The registry has it: gone from the engine it can be pulled again.
        var image = $"{registry.Address}/{_name}:v1";
        Assert.Contains(image, await engine.DockerAsync("images", "--format", "{{.Repository}}:{{.Tag}}"));
        Assert.Equal("10001:10001", await engine.DockerAsync("inspect", "--format", "{{.Config.User}}", image));

        var second = await ShipAsync("v2", $$"""
              build: { context: "{{Published}}", publish: TestChild.dll, baseImage: "{{ServiceImages.BaseImage}}" }
              tests: { command: [crash, "7"] }
            """);
        Assert.Equal("failed", second.State);
        Assert.Contains("tests failed: exited with code 7", second.Message);
        Assert.DoesNotContain($"{_name}:v2", await engine.DockerAsync("images", "--format", "{{.Repository}}:{{.Tag}}"));

        var third = await ShipAsync("v3", $$"""
              build: { context: "{{_folder.FullName}}/nothing" }
            """);
        Assert.Equal("failed", third.State);
        Assert.Contains("does not exist (pipeline.build.context)", third.Message);
        Assert.Equal("v1", (await Client().GetFromJsonAsync<ApplicationView>("/api/deployment/applications/shop", PlatformJson.Options))!.StableRevision);
        // Nothing of a job is left: two replicas, and nobody else.
        await Eventually.HoldsAsync(async () => (await engine.DockerAsync("ps", "--all", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2, "only the replicas are left");
    }

    [Fact]
    public async Task ADockerfileThatFails_StandsInTheFailureWithItsLog()
    {
        var context = Directory.CreateDirectory(Path.Combine(_folder.FullName, "context"));
        await File.WriteAllTextAsync(Path.Combine(context.FullName, "Dockerfile"), "ARG BASE\nFROM $BASE\nRUN echo before the end && exit 9\n");

        var end = await ShipAsync("v1", $$"""
              build: { context: "{{context.FullName}}", args: { BASE: "{{ServiceImages.BaseImage}}" } }
            """);

        Assert.Equal("failed", end.State);
        Assert.Contains("returned a non-zero code: 9", end.Message);
        Assert.Contains("before the end", end.Message);
    }

    [Fact]
    public async Task ARegistryThatRefuses_StandsInTheFailureWithoutThePassword()
    {
        Secret(Path.Combine(Data, "secrets"), "wrong-horse");

        var end = await ShipAsync("v1", $$"""
              build: { context: "{{Published}}", publish: TestChild.dll, baseImage: "{{ServiceImages.BaseImage}}" }
              push: { timeLimit: 1m }
            """);

        Assert.Equal("failed", end.State);
        Assert.Contains("cannot be sent to its registry", end.Message);
        Assert.DoesNotContain("wrong-horse", end.Message + await LogAsync(end.Id, 2));
    }

    private static void Secret(string folder, string value)
    {
        var file = Path.Combine(folder, "registry");
        File.WriteAllText(file, value);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private async Task<RolloutView> ShipAsync(string revision, string pipeline)
    {
        var manifest = $$"""
            name: shop
            revision: {{revision}}
            runtime: docker
            docker: { image: "{{registry.Address}}/{{_name}}:{{revision}}", command: [serve], env: { LISTEN: 0.0.0.0 }, registry: { username: {{RegistryServer.User}}, password: secret://registry } }
            health: { path: / }
            scaling: { min: 2, max: 2 }
            rollout: { strategy: blueGreen, watch: 1s, analysis: { judge: none } }
            pipeline:
            {{pipeline}}
            """;
        using var client = Client();
        using var body = new StringContent(manifest, Encoding.UTF8, "application/yaml");
        using var answer = await client.PostAsync("/api/deployment/deploy", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var id = (await answer.Content.ReadFromJsonAsync<Accepted>(PlatformJson.Options))!.Id;
        RolloutView? last = null;
        await Eventually.HoldsAsync(
            async () => (last = await client.GetFromJsonAsync<RolloutView>($"/api/deployment/deployments/{id}", PlatformJson.Options))?.EndedAt is not null, "the rollout ends", TimeSpan.FromSeconds(120));
        return last!;
    }

    private async Task<string> LogAsync(Guid id, int job)
    {
        using var client = Client();
        return await client.GetStringAsync($"/api/deployment/deployments/{id}/jobs/{job}/log?tail=1000");
    }

    private async Task<string> JobsAsync(Guid id)
    {
        using var client = Client();
        return string.Join('\n', (await client.GetFromJsonAsync<List<JobView>>($"/api/deployment/deployments/{id}/jobs", PlatformJson.Options))!.Select(j => $"{j.Number} {j.Name} {j.State}: {j.Message}"));
    }

    private HttpClient Client() => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_port["deployment"]}"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(Data, "admin.key")).Trim()) },
    };
}

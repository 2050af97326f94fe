using System.Net;
using System.Text;
using Platform.Hosting;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>Manifests that reach for more than an application may have, as they come in over HTTP.</summary>
public sealed class ManifestTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    public static TheoryData<string, string> Greedy => new()
    {
        { "process: { command: [../../../bin/sh] }", "process.command" },
        { "process: { command: [x], workingDirectory: ../../etc }", "process.workingDirectory" },
        { "process: { command: [x], workingDirectory: out/../../etc }", "process.workingDirectory" },
        { "process: { command: [x], env: { PASSWORD: hunter2 } }", "process.env.PASSWORD" },
        { "process: { command: [x], env: { TOKEN: 'secret://../admin.key' } }", "process.env.TOKEN" },
        { "process: { command: [x], env: { TOKEN: 'secret://.hidden' } }", "process.env.TOKEN" },
        { "process: { command: [x], env: { PLATFORM_OWNER: me } }", "process.env.PLATFORM_OWNER" },
        { "process: { command: [x], args: ['secret://x'] }", "process.args" },
        { "process: { command: [x] }\nhealth: { path: 'http://169.254.169.254/' }", "health.path" },
        { "process: { command: [x] }\nmetrics: { path: '//169.254.169.254/' }", "metrics.path" },
        { "process: { command: [x] }\ntraffic: { pathPrefix: '/a/../../b' }", "traffic.pathPrefix" },
        { "process: { command: [x] }\ntraffic: { hosts: ['*'] }", "traffic.hosts" },
        { "process: { command: [x] }\nport: 22", "port" },
        { "process: { command: [x] }\nscaling: { max: 100000 }", "scaling.max" },
        { "process: { command: [x] }\na: &a [x, x]\nb: [*a, *a]", "" },
        { "process: !!python/object:os.system { command: [x] }", "" },
    };

    [Theory]
    [MemberData(nameof(Greedy))]
    public async Task AManifestThatReachesTooFar_IsRefusedWithItsPlace(string lines, string path)
    {
        var (status, text) = await DeployAsync($"name: greedy\nrevision: v1\n{lines}\n");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"\"path\":\"{path}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AManifestThatIsABomb_IsRefusedQuickly()
    {
        foreach (var bomb in new[] { "name: " + new string('[', 200_000), "name: " + new string('x', 500_000), string.Concat(Enumerable.Range(0, 20_000).Select(i => $"a{i}: 1\n")), string.Concat(Enumerable.Range(0, 5_000).Select(i => new string(' ', i % 500) + "a:\n")) })
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            var (status, text) = await DeployAsync(bomb, patience.Token);
            Assert.Contains(status, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge });
            Assert.True(text.Length < 100_000, $"the answer has {text.Length} characters");
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> DeployAsync(string manifest, CancellationToken cancellationToken = default)
    {
        using var client = shared.Platform.Client("deployment", Roles.Operator);
        using var answer = await client.PostAsync("/api/deployment/deploy", new StringContent(manifest, Encoding.UTF8, "application/yaml"), cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }
}

using System.Net;
using System.Net.Http.Json;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Api;

public sealed class HookCommandTests
{
    private static readonly string WithCommand = Manifests.BlueGreen("v1") + "\npipeline: { hooks: [ { before: shift, command: [tell] } ] }\n";

    [Fact]
    public async Task AHookThatIsACommand_IsDeclaredByAnAdmin_AndShippedAgainByAnybody()
    {
        await using var host = await DeploymentHost.StartAsync();
        using var alice = await host.OperatorAsync("alice");

        var refused = await alice.PostAsJsonAsync("/api/deployment/deploy", new { manifest = WithCommand });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("hook-needs-admin", await refused.Content.ReadAsStringAsync());

        await host.DeployToTheEndAsync(WithCommand);
        await host.DeployToTheEndAsync(Manifests.BlueGreen("v2"));
        Assert.Equal(HttpStatusCode.Accepted, (await alice.PostAsJsonAsync("/api/deployment/rollback", new { application = "shop" })).StatusCode);
    }

    [Fact]
    public async Task AnOperator_MayDeployHooksThatAskOverHttp()
    {
        await using var host = await DeploymentHost.StartAsync();
        using var alice = await host.OperatorAsync("alice");
        var manifest = Manifests.BlueGreen("v1") + "\npipeline: { hooks: [ { before: shift, http: \"https://example.org/hook\", onFailure: ignore } ] }\n";

        var answer = await alice.PostAsJsonAsync("/api/deployment/deploy?dryRun=true", new { manifest });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}

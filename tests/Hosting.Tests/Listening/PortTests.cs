using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting.Tests.Listening;

public sealed class PortTests
{
    private static ServiceModule[] TwoModules() =>
    [
        TestHost.Module("alpha", e => e.MapGet("/who", () => "alpha").RequireAuthorization(Roles.Viewer), t => t.Run(c => c.Response.WriteAsync("traffic " + c.Request.Path))),
        TestHost.Module("beta", e => e.MapGet("/who", () => "beta").RequireAuthorization(Roles.Viewer)),
    ];

    [Fact]
    public async Task EachModule_AnswersOnItsOwnPort()
    {
        await using var host = await TestHost.StartAsync(TwoModules());
        Assert.Equal("alpha", await host.Admin("alpha").GetStringAsync("/who"));
        Assert.Equal("beta", await host.Admin("beta").GetStringAsync("/who"));
    }

    [Fact]
    public async Task TrafficPort_WithTheHostHeaderOfAControlPort_ReachesNoControlApi()
    {
        await using var host = await TestHost.StartAsync(TwoModules());
        using var client = host.Admin();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Traffic(), "/who"));
        request.Headers.Host = host.Address().Authority;
        using var answer = await client.SendAsync(request);
        Assert.Equal("traffic /who", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task EveryPort_IsBoundToLoopback_AndNamesNoServer()
    {
        await using var host = await TestHost.StartAsync(TwoModules());
        Assert.All(new[] { host.Address("alpha"), host.Address("beta"), host.Traffic() }, a => Assert.True(IPAddress.IsLoopback(IPAddress.Parse(a.Host))));
        using var answer = await host.Anonymous().GetAsync("/health/live");
        Assert.Empty(answer.Headers.Server);
    }

    [Fact]
    public void SamePortTwice_IsRefused_NamingBothServices()
    {
        var problem = Assert.Throws<ConfigurationException>(() => ServiceHost.Build(
            ["--data", "/nowhere", "--Ports:alpha=7001", "--Ports:beta=7001"], TwoModules()));
        Assert.Contains(problem.Problems, p => p.Found == "port 7001 for alpha and beta" && p.Path == "Ports:alpha, Ports:beta");
    }

    [Fact]
    public async Task PortInUse_EndsWith69_NamingServicePortAndHolder()
    {
        await using var host = await TestHost.StartAsync(TestHost.Module());
        var port = host.Address().Port;
        var folder = TestHost.NewFolder();
        var error = new StringWriter();
        var code = await HostRunner.RunAsync(() => ServiceHost.Build(["--data", folder, $"--Ports:beta={port}"], [TestHost.Module("beta")]), error);
        Directory.Delete(folder, recursive: true);
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains($"beta: port {port} is in use by ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"(process {Environment.ProcessId})", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public void Bind_BeyondLoopbackWithoutTls_IsRefused(string address)
    {
        var problem = Assert.Throws<ConfigurationException>(() => ServiceHost.Build(["--data", "/nowhere", $"--Bind={address}"], [TestHost.Module()]));
        Assert.Contains(problem.Problems, p => p.Path == "Bind" && p.Expected.Contains("AllowInsecureBind", StringComparison.Ordinal));
    }
}

using System.Net;
using System.Net.Sockets;
using Platform.Hosting.Health;

namespace Platform.Hosting.Tests.Health;

public sealed class HealthCheckCommandTests
{
    [Fact]
    public async Task RunAsync_WhileTheServiceRuns_EndsWithZero_AfterwardsWithOne()
    {
        var module = TestHost.Module();
        string[] check;
        await using (var host = await TestHost.StartAsync(module))
        {
            check = ["health-check", "--data", host.Data, $"--Ports:alpha={host.Address().Port}"];
            Assert.Equal(0, await HealthCheckCommand.RunAsync(check, [module], TextWriter.Null));
        }

        using var said = new StringWriter();
        Assert.Equal(1, await HealthCheckCommand.RunAsync(check, [module], said));
        Assert.Contains("alpha does not live", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_WhenSomethingElseAnswers_EndsWithOne()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync(listener, "HTTP/1.1 500 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.Equal(1, await HealthCheckCommand.RunAsync(
            ["health-check", $"--Ports:alpha={((IPEndPoint)listener.LocalEndpoint).Port}"], [TestHost.Module()], TextWriter.Null));
        await answering;
    }

    [Fact]
    public async Task RunAsync_WithAConfigurationThatCannotBeUsed_EndsWith78()
    {
        using var said = new StringWriter();
        Assert.Equal(ExitCodes.Configuration, await HealthCheckCommand.RunAsync(["health-check", "--Ports:alpha=many"], [TestHost.Module()], said));
        Assert.Contains("Ports:alpha", said.ToString(), StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
    }
}

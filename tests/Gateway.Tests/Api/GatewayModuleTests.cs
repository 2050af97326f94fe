using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Traffic;
using Platform.Gateway.Tests.Forwarding;
using Platform.Gateway.Tests.Support;
using Platform.Hosting;
using Platform.Messaging;

namespace Platform.Gateway.Tests.Api;

/// <summary>The module as a host runs it: bus, ports, keys.</summary>
[Collection(nameof(Alone))]
public sealed class GatewayModuleTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-").FullName;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    private Uri Control => _app.Services.GetRequiredService<IServiceAddresses>().Control("gateway");

    private Uri Traffic => _app.Services.GetRequiredService<IServiceAddresses>().Traffic("gateway")!;

    public async ValueTask InitializeAsync()
    {
        _app = ServiceHost.Build([$"--Data={_folder}", "--Ports:gateway=0", "--Ports:traffic=0", "--Log:Level=fatal"], [GatewayModule.Module]);
        await _app.StartAsync();
        _client = new HttpClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_table_sent_over_the_bus_is_in_force_shown_and_kept()
    {
        await using var replica = await Upstream.StartAsync("a");
        await SendAsync(1, replica);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(_folder, "gateway", "routes.json")), "the table is on disk");

        Assert.Equal("a", await _client.GetStringAsync(Traffic));
        using var anonymous = await _client.GetAsync(new Uri(Control, "routes"));
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(_folder, "admin.key"))).Trim());
        using var all = JsonDocument.Parse(await _client.GetStringAsync(new Uri(Control, "routes")));
        Assert.Equal("shop", all.RootElement.EnumerateArray().Single().GetProperty("application").GetString());
        using var one = JsonDocument.Parse(await _client.GetStringAsync(new Uri(Control, "routes/shop")));
        var shown = one.RootElement.GetProperty("revisions")[0].GetProperty("replicas")[0];
        Assert.Equal(("a", true, 0), (shown.GetProperty("id").GetString(), shown.GetProperty("ready").GetBoolean(), shown.GetProperty("inFlight").GetInt32()));
        using var unknown = await _client.GetAsync(new Uri(Control, "routes/other"));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task The_traffic_port_reaches_no_control_endpoint()
    {
        foreach (var path in new[] { "routes", "health/live", "health/ready", "metrics", "openapi/v1.json", "audit" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Traffic, path));
            request.Headers.Host = Control.Authority;
            using var response = await _client.SendAsync(request);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Contains("no-route", await response.Content.ReadAsStringAsync());
        }
    }

    private Task SendAsync(long generation, Upstream replica) => _app.Services.GetRequiredService<ICommandSender>().SendAsync(new ShiftTraffic
    {
        Application = "shop",
        At = TimeProvider.System.GetUtcNow(),
        CorrelationId = Guid.NewGuid(),
        RequestedBy = "test",
        Reason = "test",
        Table = new RouteTable { Application = "shop", Generation = generation, Revisions = [GatewayUnderTest.Revision("v1", 1, replica)] },
    });
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Draining;
using Platform.Gateway.Forwarding;
using Platform.Gateway.Holding;
using Platform.Gateway.Routers;
using Platform.Gateway.Routing;
using Platform.Messaging;

namespace Platform.Gateway.Tests.Support;

/// <summary>The data plane and the drainer on a real Kestrel, on a free port, with a folder of its own.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly bool _ownsFolder;
    private long _generation;

    private GatewayUnderTest(WebApplication app, string folder, bool ownsFolder)
    {
        (_app, _folder, _ownsFolder) = (app, folder, ownsFolder);
        Address = new Uri(app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public string Folder => _folder;

    public RouteTables Tables => _app.Services.GetRequiredService<RouteTables>();

    public TrafficHandler Handler => _app.Services.GetRequiredService<TrafficHandler>();

    public HoldRoom HoldRoom => _app.Services.GetRequiredService<HoldRoom>();

    public RecordingPublisher Events => _app.Services.GetRequiredService<RecordingPublisher>();

    public static async Task<GatewayUnderTest> StartAsync(Action<GatewayOptions>? configure = null, string? folder = null)
    {
        var options = new GatewayOptions();
        configure?.Invoke(options);
        var own = folder is null;
        folder ??= Directory.CreateTempSubdirectory("gateway-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IEffects>(UnhinderedEffects.Instance);
        builder.Services.AddSingleton<RecordingPublisher>();
        builder.Services.AddSingleton<IEventPublisher>(p => p.GetRequiredService<RecordingPublisher>());
        builder.Services.AddDataPlane(options, Path.Combine(folder, "routes.json"));
        builder.Services.AddSingleton<RouterSet>();
        builder.Services.AddSingleton<Drainer>();
        builder.Services.AddHostedService(p => p.GetRequiredService<Drainer>());
        var app = builder.Build();
        app.UseDataPlane();
        await app.StartAsync();
        return new GatewayUnderTest(app, folder, own);
    }

    /// <summary>Puts a table of one application in force, a generation after the last.</summary>
    public void Route(params RevisionRoute[] revisions) => Route(new RouteTable { Application = "shop", Generation = 0, Revisions = revisions });

    public void Route(RouteTable table) => Tables.Apply(table with { Generation = ++_generation }, Guid.NewGuid());

    /// <summary>The answer to a GET of <c>/</c> with these headers.</summary>
    public async Task<string> AskAsync(params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/", headers);
        return await answer.Content.ReadAsStringAsync();
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string target, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, target);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request);
    }

    public static RevisionRoute Revision(string revision, int weight, params Upstream[] replicas) => new()
    {
        Revision = revision,
        Weight = weight,
        Replicas = [.. replicas.Select(r => new ReplicaAddress { Id = r.Id, Address = r.Address })],
    };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(new CancellationTokenSource(TimeSpan.FromMilliseconds(200)).Token);
        await _app.DisposeAsync();
        if (_ownsFolder) Directory.Delete(_folder, recursive: true);
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway;
using Platform.Gateway.Routers.Nginx;
using Platform.Gateway.Tests.Support;
using Platform.Testing;

namespace Platform.Integration.Tests.Traffic;

/// <summary>A real nginx, and the router that writes its configuration.</summary>
internal sealed class NginxUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private LocalNginx _local = null!;
    private long _generation;

    public NginxServer Server { get; private set; } = null!;

    public NginxRouter Router { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public NginxOptions Options { get; private set; } = null!;

    public static async Task<NginxUnderTest> StartAsync(string extra = "")
    {
        var test = new NginxUnderTest();
        test.Server = await NginxServer.StartAsync(test._folder.Path, extra);
        test.Options = new NginxOptions
        {
            Folder = test.Server.Generated,
            Command = [NginxServer.Program, "-c", test.Server.Main],
            Listen = [$"127.0.0.1:{test.Server.Port}"],
            Status = $"127.0.0.1:{test.Server.StatusPort}",
            PidFile = test.Server.PidFile,
            Timeout = TimeSpan.FromSeconds(10),
        };
        test.Restart(UnhinderedEffects.Instance);
        test.Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = test.Server.Address };
        return test;
    }

    /// <summary>The router of another run of the gateway service.</summary>
    public void Restart(IEffects effects)
    {
        _local?.Dispose();
        Router?.Dispose();
        _local = new LocalNginx(Microsoft.Extensions.Options.Options.Create(Options), effects);
        Router = new NginxRouter(_local, Microsoft.Extensions.Options.Options.Create(Options), new GatewayOptions(), effects, TimeProvider.System, NullLogger<NginxRouter>.Instance);
    }

    public LocalNginx Local => _local;

    /// <summary>The next table of an application.</summary>
    public RouteTable Table(params RevisionRoute[] revisions) => new() { Application = "shop", Generation = ++_generation, Router = "nginx", Revisions = revisions };

    public async Task RouteAsync(RouteTable table) => Assert.Null(await Router.ApplyAsync(table, TestContext.Current.CancellationToken));

    public static RevisionRoute Revision(string revision, int weight, params Upstream[] replicas) => new()
    {
        Revision = revision,
        Weight = weight,
        Replicas = [.. replicas.Select(r => new ReplicaAddress { Id = r.Id, Address = r.Address })],
    };

    public async Task<(int Status, string Body, HttpResponseMessage Answer)> AskAsync(string path = "/", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var answer = await Client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    /// <summary>How often each replica answered.</summary>
    public async Task<Dictionary<string, int>> CountAsync(int requests, params (string Name, string Value)[] headers)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < requests; i++)
        {
            var (status, body, answer) = await AskAsync("/", headers);
            answer.Dispose();
            Assert.True(status == 200, $"{status} {body}");
            counts[body] = counts.GetValueOrDefault(body) + 1;
        }

        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        Router?.Dispose();
        _local?.Dispose();
        if (Server is not null) await Server.DisposeAsync();
        _folder.Dispose();
    }
}

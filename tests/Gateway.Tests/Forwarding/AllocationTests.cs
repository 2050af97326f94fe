using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Effects;
using Platform.Gateway.Forwarding;
using Platform.Gateway.Holding;
using Platform.Gateway.Measuring;
using Platform.Gateway.Mirroring;
using Platform.Gateway.Routing;
using Platform.Gateway.Tests.Support;
using Yarp.ReverseProxy.Forwarder;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Forwarding;

[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    [Theory]
    [InlineData("leastRequests", "a=b; platform-revision=v1")]
    [InlineData("powerOfTwoChoices", "a=b; platform-revision=v1")]
    [InlineData("roundRobin", "a=b; platform-revision=v1")]
    [InlineData("leastRequests", "a=b; c=d", true)]
    [InlineData("leastRequests", "a=b; group=beta", true)]
    [InlineData("leastRequests", "a=b; platform-sticky=v2", true)]
    [InlineData("leastRequests", "a=b; platform-asked=v2:500", true)]
    public async Task The_whole_way_through_our_own_code_allocates_nothing(string loadBalancing, string cookies, bool directed = false)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-").FullName;
        var options = new GatewayOptions();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var tables = new RouteTables(new RouteFile(Path.Combine(folder, "r.json"), UnhinderedEffects.Instance, NullLogger<RouteFile>.Instance), options, TimeProvider.System);
        tables.Apply(
            new()
            {
                Application = "shop",
                Generation = 1,
                Hosts = ["shop.example"],
                LoadBalancing = loadBalancing,
                Rules = directed ? [new() { Header = "X-Group", Value = "beta", Revision = "v2" }, new() { Cookie = "group", Value = "beta", Revision = "v1" }] : [],
                Sticky = directed ? "v2" : null,
                Revisions =
                [
                    Revision("v1", 90, [.. Enumerable.Range(0, 3).Select(i => Upstream.Dead($"a{i}"))]),
                    // Only copies allocate: here the one request in question is a write, which is not copied.
                    Revision("v2", 10, Upstream.Dead("b")) with { Mirror = directed ? 50 : 0 },
                ],
            },
            Guid.NewGuid());
        using var instruments = new GatewayInstruments(tables, new HoldRoom(options, TimeProvider.System), services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        using var mirror = new Mirror(options, instruments, TimeProvider.System, NullLogger<Mirror>.Instance);
        var handler = new TrafficHandler(tables, new HoldRoom(options, TimeProvider.System), mirror, new InstantForwarder(), options, instruments, TimeProvider.System, NullLogger<TrafficHandler>.Instance);
        var response = new CompletableResponse();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseFeature>(response);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/cart/items?id=1";
        context.Request.Method = directed ? "POST" : "GET";
        context.Request.Path = "/cart/items";
        context.Request.Headers.Host = "shop.example:8080";
        context.Request.Headers.Cookie = cookies;
        context.Request.Headers["X-Group"] = "alpha";

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                handler.HandleAsync(context);
                response.Complete();
            }
        }

        // Code that is not yet compiled to its last tier may box; a real allocation would show in every round.
        var allocated = long.MaxValue;
        var rounds = 0;
        for (; rounds < 50 && allocated != 0; rounds++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(20_000);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated != 0) await Task.Delay(100);
        }

        Assert.Equal(0, allocated);
        Assert.Equal(rounds * 20_000, tables.Replicas.Sum(r => r.Counters.Requests));
        Assert.Equal(0, tables.Replicas.Sum(r => r.InFlight));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_request_on_real_sockets_allocates_as_much_as_with_bare_yarp()
    {
        await using var replica = await Upstream.StartAsync("a", context => Task.CompletedTask);
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));
        await using var bare = await StartBareAsync(replica.Address);

        var ours = double.MaxValue;
        var theirs = double.MaxValue;
        for (var round = 0; round < 20 && (round < 5 || ours > theirs * 1.05); round++)
        {
            ours = Math.Min(ours, await BytesPerRequestAsync(gateway.Address));
            theirs = Math.Min(theirs, await BytesPerRequestAsync(new Uri(bare.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First())));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"bytes per request: ours {ours:0}, bare YARP {theirs:0}");
        Assert.True(ours <= theirs * 1.05, $"ours {ours:0} bytes, bare YARP {theirs:0} bytes");
    }

    private static async Task<double> BytesPerRequestAsync(Uri address)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        var request = Encoding.ASCII.GetBytes("GET /cart/items?id=1 HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n\r\n");
        var buffer = new byte[4096];
        const int Requests = 1_000;
        async Task RunAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await socket.SendAsync(request);
                await socket.ReceiveAsync(buffer);
            }
        }

        await RunAsync(500);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(Requests);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Requests;
    }

    /// <summary>YARP with nothing around it: no routing, no load balancing, no health.</summary>
    private static async Task<WebApplication> StartBareAsync(Uri replica)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        var transformer = new SameHeaders();
        var prefix = replica.GetLeftPart(UriPartial.Authority);
        var config = new ForwarderRequestConfig { Version = System.Net.HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Task Forward(HttpContext context) => forwarder.SendAsync(context, prefix, client, config, transformer).AsTask();
        app.Run(Forward);
        await app.StartAsync();
        return app;
    }

    /// <summary>Sends the headers the gateway sends.</summary>
    private sealed class SameHeaders : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-For", httpContext.Connection.RemoteIpAddress!.ToString());
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Host", (string?)httpContext.Request.Headers.Host);
            proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
        }
    }

    private sealed class InstantForwarder : IHttpForwarder
    {
        private readonly Task<ForwarderError> _done = Task.FromResult(ForwarderError.None);

        public ValueTask<ForwarderError> SendAsync(HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) => new(_done);

        public ValueTask<ForwarderError> SendAsync(HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer, CancellationToken cancellationToken) => new(_done);
    }

    /// <summary>Keeps the callback as a server would.</summary>
    private sealed class CompletableResponse : HttpResponseFeature
    {
        private Func<object, Task>? _callback;
        private object? _state;

        public override void OnCompleted(Func<object, Task> callback, object state) => (_callback, _state) = (callback, state);

        public void Complete() => _callback!(_state!);
    }
}

/// <summary>Tests that measure the whole process, or load it, run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

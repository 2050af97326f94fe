using System.Net;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Traffic;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Forwarding;

public sealed class ForwardingTests
{
    [Fact]
    public async Task A_request_reaches_the_replica_and_its_answer_comes_back()
    {
        await using var replica = await Upstream.StartAsync("a", async context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers["X-Answer"] = "yes";
            await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync());
        });
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));

        using var response = await gateway.Client.PostAsync("/cart/items?x=1&y=%2F", new StringContent("hello"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        Assert.Equal("yes", response.Headers.GetValues("X-Answer").Single());
        Assert.Equal("/cart/items?x=1&y=%2F", replica.Seen.Single().Target);
    }

    [Fact]
    public async Task The_target_is_forwarded_byte_for_byte()
    {
        await using var replica = await Upstream.StartAsync("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));

        var answer = await RawHttp.SendAsync(gateway.Address, "GET /caf%C3%A9//x;v=1/%61?q=%2e%2e/..&r=a%2Fb HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Equal("/caf%C3%A9//x;v=1/%61?q=%2e%2e/..&r=a%2Fb", replica.Seen.Single().Target);
    }

    [Fact]
    public async Task An_unknown_host_or_path_is_404_and_names_nothing()
    {
        await using var replica = await Upstream.StartAsync("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(new RouteTable { Application = "secretshop", Generation = 0, Hosts = ["shop.example"], PathPrefix = "/api", Revisions = [Revision("v1", 1, replica)] });

        using var otherHost = await gateway.Client.GetAsync("/api/x");
        using var otherPath = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/apis") { Headers = { Host = "shop.example" } });
        using var right = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/x") { Headers = { Host = "SHOP.example:8080" } });

        Assert.Equal(HttpStatusCode.NotFound, otherHost.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, otherPath.StatusCode);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        var body = await otherHost.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", otherHost.Content.Headers.ContentType!.MediaType);
        Assert.Contains("https://platform.dev/problems/no-route", body);
        Assert.DoesNotContain("secretshop", body);
    }

    [Fact]
    public async Task A_revision_without_weight_is_reached_by_header_or_cookie_only()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var next = await Upstream.StartAsync("next");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, stable), Revision("v2", 0, next));

        for (var i = 0; i < 20; i++) Assert.Equal("stable", await gateway.Client.GetStringAsync("/"));
        Assert.Equal("next", await With("X-Platform-Revision", "v2"));
        Assert.Equal("next", await With("Cookie", "a=b; platform-revision=v2"));
        Assert.Equal("stable", await With("Cookie", "xplatform-revision=v2"));
        Assert.Equal("stable", await With("X-Platform-Revision", "v3"));

        async Task<string> With(string name, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.TryAddWithoutValidation(name, value);
            using var response = await gateway.Client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task Weights_hold_request_by_request()
    {
        await using var stable = await Upstream.StartAsync("stable");
        await using var canary = await Upstream.StartAsync("canary");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 95, stable), Revision("v2", 5, canary));

        for (var i = 0; i < 400; i++) await gateway.Client.GetStringAsync("/");

        Assert.InRange(canary.Seen.Count, 18, 22);
    }

    [Fact]
    public async Task Headers_the_client_must_not_claim_are_replaced_and_hop_by_hop_ones_dropped()
    {
        await using var replica = await Upstream.StartAsync("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));

        await RawHttp.SendAsync(gateway.Address,
            "GET / HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /admin\r\nForwarded: for=6.6.6.6\r\n" +
            "X_Forwarded_For: 6.6.6.6\r\nX_User: root\r\nX-Secret-Hop: 1\r\nX-Kept: 2\r\nTE: trailers\r\nProxy-Authorization: x\r\nKeep-Alive: 5\r\n" +
            "Connection: X-Secret-Hop, Host, X-Forwarded-For\r\n\r\n", TimeSpan.FromMilliseconds(300));

        var seen = replica.Seen.Single().Headers;
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
        Assert.Equal("shop.example", seen["X-Forwarded-Host"]);
        Assert.Equal("shop.example", seen["Host"]);
        Assert.Equal("2", seen["X-Kept"]);
        foreach (var dropped in new[] { "X-Forwarded-Prefix", "Forwarded", "X_Forwarded_For", "X_User", "X-Secret-Hop", "TE", "Proxy-Authorization", "Keep-Alive" })
            Assert.DoesNotContain(dropped, seen.Keys);
    }

    [Fact]
    public async Task Headers_are_cleaned_for_a_request_with_content_headers_and_no_content_too()
    {
        await using var replica = await Upstream.StartAsync("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));

        await RawHttp.SendAsync(gateway.Address,
            "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\nContent-Type: text/plain\r\nX-Forwarded-For: 6.6.6.6\r\nX_User: root\r\nForwarded: for=6.6.6.6\r\nConnection: close\r\n\r\n");

        var seen = replica.Seen.Single().Headers;
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("0", seen["Content-Length"]);
        Assert.Equal("text/plain", seen["Content-Type"]);
        Assert.DoesNotContain("X_User", seen.Keys);
        Assert.DoesNotContain("Forwarded", seen.Keys);
    }

    [Theory]
    [InlineData("/a%2Fb")]
    [InlineData("/a%2fb")]
    [InlineData("/a%5Cb")]
    [InlineData("/a/../b")]
    [InlineData("/a/..")]
    [InlineData("/./a")]
    [InlineData("/a/%2e%2E/b")]
    [InlineData("/a/.%2e/b")]
    [InlineData("/a/..;x=1/b")]
    [InlineData("/%252e%252e/b")]
    [InlineData("/a%252fb")]
    [InlineData("/a%00b")]
    [InlineData("/a%0d%0ab")]
    [InlineData("/a%zz")]
    [InlineData("/a%4")]
    [InlineData("/a\\b")]
    [InlineData("/a#b")]
    public async Task A_target_of_two_readings_is_refused(string target)
    {
        await using var replica = await Upstream.StartAsync("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));

        var answer = await RawHttp.SendAsync(gateway.Address, $"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400", answer);
        Assert.Empty(replica.Seen);
    }

    [Fact]
    public async Task Trace_context_of_the_client_reaches_the_replica()
    {
        await using var replica = await Upstream.StartAsync("a");
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));
        const string Trace = "0af7651916cd43dd8448eb211c80319c";

        await RawHttp.SendAsync(gateway.Address, $"GET / HTTP/1.1\r\nHost: h\r\ntraceparent: 00-{Trace}-b7ad6b7169203331-01\r\ntracestate: a=b\r\nConnection: close\r\n\r\n");

        var seen = replica.Seen.Single().Headers;
        Assert.StartsWith($"00-{Trace}-", seen["traceparent"]);
        Assert.Equal("a=b", seen["tracestate"]);
    }

    [Fact]
    public async Task Bytes_beyond_ascii_in_headers_pass_both_ways()
    {
        await using var replica = await Upstream.StartAsync("a", context =>
        {
            context.Response.Headers["X-Echo"] = context.Request.Headers["X-Name"].ToString().Length.ToString();
            return Task.CompletedTask;
        });
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, replica));

        var answer = await RawHttp.SendAsync(gateway.Address, "GET / HTTP/1.1\r\nHost: h\r\nX-Name: caf\u00c3\u00a9\r\nConnection: close\r\n\r\n");

        Assert.Contains("X-Echo: 4", answer);
    }
}

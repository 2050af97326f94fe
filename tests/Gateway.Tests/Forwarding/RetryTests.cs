using System.Net;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Traffic;
using Platform.Gateway.Tests.Support;
using static Platform.Gateway.Tests.Support.GatewayUnderTest;

namespace Platform.Gateway.Tests.Forwarding;

public sealed class RetryTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task A_refused_connection_sends_any_request_to_another_replica(string method)
    {
        await using var alive = await Upstream.StartAsync("alive", async c => await c.Response.WriteAsync("alive:" + await new StreamReader(c.Request.Body).ReadToEndAsync()));
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Revision("v1", 100, Upstream.Dead("d1"), alive, Upstream.Dead("d2")));

        for (var i = 0; i < 30; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/") { Content = method is "POST" or "PATCH" ? new StringContent("body") : null };
            using var response = await gateway.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(method is "POST" or "PATCH" ? "alive:body" : "alive:", await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(30, alive.Seen.Count);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_sends_a_GET_to_another_replica()
    {
        await using var breaking = await RawBackEnd.StartAsync("breaking", RawBackEnd.CloseAfterRequest);
        await using var alive = await Upstream.StartAsync("alive");
        await using var gateway = await GatewayUnderTest.StartAsync(o => o.EjectAfter = 1_000);
        gateway.Route(Table(breaking.Replica, alive));

        for (var i = 0; i < 10; i++) Assert.Equal("alive", await gateway.Client.GetStringAsync("/"));

        Assert.NotEqual(0, breaking.Requests);
    }

    [Theory]
    [InlineData("POST", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody")]
    [InlineData("POST without a body", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("PATCH without a length", "PATCH / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")]
    public async Task A_request_that_may_have_been_carried_out_is_never_sent_twice(string what, string request)
    {
        // The first request keeps the connection, the second meets its end: the moment at which SocketsHttpHandler itself repeats.
        await using var breaking = await RawBackEnd.StartAsync("breaking", RawBackEnd.AnswerGetThenCloseAfterRequest);
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Route(Table(breaking.Replica));
        for (var i = 0; i < 20; i++)
        {
            await gateway.Client.GetStringAsync("/warm");
            var before = breaking.Requests;

            var answer = await RawHttp.SendAsync(gateway.Address, request);

            Assert.StartsWith("HTTP/1.1 502", answer);
            Assert.True(before + 1 == breaking.Requests, what);
        }
    }

    [Fact]
    public async Task Retries_stop_at_the_limit_with_502()
    {
        await using var a = await RawBackEnd.StartAsync("a", RawBackEnd.CloseAfterRequest);
        await using var b = await RawBackEnd.StartAsync("b", RawBackEnd.CloseAfterRequest);
        await using var c = await RawBackEnd.StartAsync("c", RawBackEnd.CloseAfterRequest);
        await using var gateway = await GatewayUnderTest.StartAsync(o => o.RetryLimit = 1);
        gateway.Route(Table(a.Replica, b.Replica, c.Replica));

        using var response = await gateway.Client.GetAsync("/");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("no-answer", await response.Content.ReadAsStringAsync());
        // SocketsHttpHandler repeats a GET on the same replica by itself; the gateway goes to one more replica.
        Assert.Equal(2, new[] { a, b, c }.Count(r => r.Requests > 0));
        Assert.Equal(1, gateway.Tables.Replicas.Sum(r => r.Counters.Requests));
        Assert.Equal(1, gateway.Tables.Replicas.Sum(r => r.Counters.Errors));
    }

    [Fact]
    public async Task A_replica_without_answers_is_ejected_and_the_last_one_is_not()
    {
        await using var alive = await Upstream.StartAsync("alive");
        await using var gateway = await GatewayUnderTest.StartAsync(o => o.EjectFor = TimeSpan.FromMinutes(1));
        gateway.Route(Revision("v1", 100, Upstream.Dead("dead"), alive));
        for (var i = 0; i < 20; i++) await gateway.Client.GetStringAsync("/");

        var dead = gateway.Tables.Replicas.Single(r => r.Id == "dead");
        Assert.NotNull(dead.Health.EjectedFor);
        Assert.Equal(1, dead.Health.Ejections);

        // Now the ejected one is all there is, and alive: it is used.
        await using var back = await Upstream.StartAsync("dead", port: dead.Address.Port);
        gateway.Route(Revision("v1", 100, back));
        Assert.Equal("dead", await gateway.Client.GetStringAsync("/"));
    }

    private static RevisionRoute[] Table(params object[] replicas) =>
    [
        new RevisionRoute
        {
            Revision = "v1",
            Weight = 1,
            Replicas = [.. replicas.Select(r => r is Upstream u ? new ReplicaAddress { Id = u.Id, Address = u.Address } : (ReplicaAddress)r)],
        },
    ];
}

using System.Net;
using Platform.Hosting.Outbound;

namespace Platform.Hosting.Tests.Outbound;

public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    public void Allows_NotPublic_IsRefused(string address) => Assert.False(new AddressPolicy([], "Webhooks:Allow").Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("9.255.255.255")]
    [InlineData("2606:4700:4700::1111")]
    public void Allows_Public_IsAllowed(string address) => Assert.True(new AddressPolicy([], "Webhooks:Allow").Allows(IPAddress.Parse(address)));

    [Fact]
    public void Allows_AllowListed_IsAllowedAndNothingElse()
    {
        var policy = new AddressPolicy([IPNetwork.Parse("127.0.0.1/32")], "Webhooks:Allow");
        Assert.True(policy.Allows(IPAddress.Parse("127.0.0.1")));
        Assert.True(policy.Allows(IPAddress.Parse("::ffff:127.0.0.1")));
        Assert.False(policy.Allows(IPAddress.Parse("127.0.0.2")));
    }

    [Fact]
    public async Task ResolveAsync_NameThatLeadsHome_IsRefusedWithTheWayOut()
    {
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => new AddressPolicy([], "Webhooks:Allow").ResolveAsync("localhost", CancellationToken.None));
        Assert.Contains("Webhooks:Allow", refused.Message);
    }
}

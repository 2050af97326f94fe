using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Platform.Gateway.Forwarding;

namespace Platform.Gateway.Tests.Forwarding;

public sealed class RequestCookiesTests
{
    [Theory]
    [InlineData("a=1", true)]
    [InlineData("b=2; a=1", true)]
    [InlineData("a=2;a=1 ;c=3", true)]
    [InlineData(" ; ;a=1", true)]
    [InlineData("a=10", false)]
    [InlineData("aa=1", false)]
    [InlineData("A=1", false)]
    [InlineData("a=", false)]
    [InlineData("a", false)]
    [InlineData("b=a=1", false)]
    [InlineData("", false)]
    public void A_cookie_is_there_by_its_whole_name_and_value(string line, bool there) => Assert.Equal(there, Has(line));

    [Fact]
    public void Cookies_may_come_in_several_lines()
    {
        Assert.True(Has(new(["x=1; y=2", "", "z=3; a=1"])));
        Assert.False(Has(new(["x=1; y=2", "z=3"])));
        Assert.False(Has(StringValues.Empty));
    }

    private static bool Has(StringValues lines) => RequestCookies.Has(new HeaderDictionary { ["Cookie"] = lines }, "a", "1");
}

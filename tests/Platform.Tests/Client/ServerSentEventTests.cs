using Platform.CommandLine.Client;

namespace Platform.CommandLine.Tests.Client;

public sealed class ServerSentEventTests
{
    [Fact]
    public void Take_BlankLine_CompletesAnEvent()
    {
        var parser = new ServerSentEventParser();
        Assert.Null(parser.Take("event: ReplicaStopped"));
        Assert.Null(parser.Take("id: 7"));
        Assert.Null(parser.Take("data: {\"a\":"));
        Assert.Null(parser.Take("data:1}"));
        Assert.Equal(new ServerSentEvent("ReplicaStopped", "{\"a\":\n1}", "7"), parser.Take(""));
    }

    [Fact]
    public void Take_CommentsAndEmptyEvents_AreNothing()
    {
        var parser = new ServerSentEventParser();
        Assert.Null(parser.Take(": heartbeat"));
        Assert.Null(parser.Take(""));
        Assert.Null(parser.Take("data: x"));
        Assert.Equal(new ServerSentEvent("message", "x", null), parser.Take(""));
    }
}

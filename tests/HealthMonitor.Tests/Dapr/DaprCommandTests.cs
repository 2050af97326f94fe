using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Platform.Contracts.Deployments;
using Platform.Contracts.Scaling;
using Platform.HealthMonitor.Dapr;

namespace Platform.HealthMonitor.Tests.Dapr;

public sealed class DaprCommandTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Read_ScaleApplication_IsTheCommandWithWhoAskedAndWhy()
    {
        var read = Read("""{"specversion":"1.0","id":"a1","source":"/shop","type":"com.example.ScaleApplication","data":{"application":"shop","replicas":4,"reason":"sale"}}""");
        var command = Assert.IsType<ScaleApplication>(read.Command);
        Assert.Equal(("a1", "shop", 4, "dapr (/shop)", "sale"), (read.Id, command.Application, command.Replicas, command.RequestedBy, command.Reason));
    }

    [Fact]
    public void Read_AbortRollout_CarriesTheRollout()
    {
        var id = Guid.NewGuid();
        var read = Read($$$"""{"id":"a1","type":"AbortRollout","data":{"application":"shop","rollout":"{{{id}}}"}}""");
        Assert.Equal(id, Assert.IsType<AbortRollout>(read.Command).CorrelationId);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"1"}""")]
    [InlineData("""{"id":"1","type":"ScaleApplication"}""")]
    [InlineData("""{"id":"1","type":"ScaleApplication","data":{"application":"shop"}}""")]
    [InlineData("""{"id":"1","type":"ScaleApplication","data":{"application":"shop","replicas":-1}}""")]
    [InlineData("""{"id":"1","type":"ScaleApplication","data":{"application":"shop","replicas":1.5}}""")]
    [InlineData("""{"id":"1","type":"ScaleApplication","data":{"application":"shop","replicas":"4"}}""")]
    [InlineData("""{"id":"1","type":"RemoveApplication","data":{"application":"shop"}}""")]
    [InlineData("""{"id":"1","type":"AbortRollout","data":{"application":"shop","rollout":"x"}}""")]
    public void Read_NotACommand_SaysWhy(string json)
    {
        var read = Read(json);
        Assert.Null(read.Command);
        Assert.False(string.IsNullOrEmpty(read.Problem));
    }

    [Fact]
    public void Read_AnyTexts_NeverThrow() => Prop.ForAll((
        from id in Gen.Elements("1", "", null)
        from type in Gen.Elements("ScaleApplication", "x", "", null, "...")
        from application in Gen.Elements("shop", "", null)
        from replicas in Gen.Choose(int.MinValue, int.MaxValue)
        select JsonSerializer.Serialize(new { id, type, data = new { application, replicas } })).ToArbitrary(),
        json => Read(json) is var read && (read.Command is null) != (read.Problem is null)).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static DaprCommand Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return DaprCommand.Read(document.RootElement, Now);
    }
}

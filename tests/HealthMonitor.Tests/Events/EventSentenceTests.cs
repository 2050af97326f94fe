using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Contracts;
using Platform.Contracts.Replicas;
using Platform.HealthMonitor.Events;
using Platform.HealthMonitor.ReadModel;
using Platform.HealthMonitor.Subscriptions;

namespace Platform.HealthMonitor.Tests.Events;

public sealed class EventSentenceTests
{
    public static TheoryData<Type> EventTypes =>
        [.. typeof(IEvent).Assembly.GetTypes().Where(type => typeof(IEvent).IsAssignableFrom(type) && type.IsClass)];

    /// <summary>A new event in the contracts must not be forgotten here.</summary>
    [Theory]
    [MemberData(nameof(EventTypes))]
    public void EveryEvent_HasAListenerAndASentence(Type type)
    {
        Assert.Contains(typeof(PlatformEvents).GetInterfaces(), i => i.IsGenericType && i.GetGenericArguments()[0] == type);
        var source = Path.Combine(Root(), "services", "HealthMonitor", "Events", "EventSentence.cs");
        Assert.Contains(type.Name, File.ReadAllText(source));
    }

    [Fact]
    public void Of_ReplicaDied_SaysSoWithItsExitCode()
    {
        var (severity, summary) = EventSentence.Of(Stopped());
        Assert.Equal(("warning", "Replica r1 of v2 died with exit code 137."), (severity, summary));
    }

    [Fact]
    public void CloudEvent_OfAnEvent_HasTheRequiredAttributesAndTheWholeEvent()
    {
        var record = EventLog.Record(Stopped(), Guid.NewGuid()) with { Sequence = 7 };
        using var json = JsonDocument.Parse(CloudEvent.Write(record));
        var root = json.RootElement;
        Assert.Equal("1.0", root.GetProperty("specversion").GetString());
        Assert.Equal(record.Id.ToString(), root.GetProperty("id").GetString());
        Assert.Equal("dev.platform.ReplicaStopped", root.GetProperty("type").GetString());
        Assert.Equal("/platform", root.GetProperty("source").GetString());
        Assert.Equal("00000000000000000007", root.GetProperty("sequence").GetString());
        Assert.Equal(137, root.GetProperty("data").GetProperty("exitCode").GetInt32());
        Assert.All(root.EnumerateObject().Where(p => p.Name != "data"), p => Assert.Matches("^[a-z0-9]+$", p.Name));
    }

    private static ReplicaStopped Stopped() => new()
    {
        Application = "shop",
        At = DateTimeOffset.UnixEpoch,
        CorrelationId = Guid.NewGuid(),
        Replica = "r1",
        Revision = "v2",
        ExitCode = 137,
        Expected = false,
    };

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}

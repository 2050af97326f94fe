using System.Text;
using Platform.Contracts.Metrics;
using Platform.Contracts.Traffic;
using Platform.Gateway.Routers.Nginx;
using Platform.Testing;

namespace Platform.Gateway.Tests.Routers.Nginx;

public sealed class AccessLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nginx-log-").FullName;
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly AccessLog _log;
    private readonly List<string> _lines = [];

    public AccessLogTests() => _log = new AccessLog(Path, _time);

    private string Path => System.IO.Path.Combine(_folder, "shop.log");

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_was_written_before_anybody_followed_is_of_another_time()
    {
        Append("old\n");
        Read();
        Append("new\nhal");
        Read();
        Append("f\n");
        Read();

        Assert.Equal(["new", "half"], _lines);
    }

    [Fact]
    public void A_log_that_is_begun_while_it_is_followed_is_read_from_its_beginning()
    {
        Read();
        Append("first\n");
        Read();

        Assert.Equal(["first"], _lines);
    }

    [Fact]
    public void A_log_that_was_put_aside_is_read_on_until_nobody_writes_it_any_more()
    {
        Append("");
        Read();
        using var worker = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        worker.Write("a\n"u8);
        worker.Flush();
        File.Move(Path, Path + ".1");
        Append("c\n");
        Read();
        worker.Write("b\n"u8);
        worker.Flush();
        _time.Advance(TimeSpan.FromSeconds(1));
        Read();
        Assert.True(_log.IsReadOn);
        _time.Advance(TimeSpan.FromSeconds(4));
        Read();

        Assert.Equal(["a", "b", "c"], _lines);
        Assert.False(_log.IsReadOn);
    }

    [Fact]
    public void A_log_that_was_cut_off_begins_anew()
    {
        Append("");
        Read();
        Append("a\nb\n");
        Read();
        using (var cut = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) cut.SetLength(0);
        Append("c\n");
        Read();

        Assert.Equal(["a", "b", "c"], _lines);
    }

    [Fact]
    public void A_line_that_is_none_of_ours_is_left_out_and_counted()
    {
        Append("");
        Read();
        Append(new string('x', 100_000) + "\nafter\n");
        Read();

        Assert.Equal(["after"], _lines);
        Assert.Equal(1, _log.TooLong);
    }

    [Fact]
    public void Lines_become_the_samples_of_the_replica_that_answered()
    {
        var traffic = new NginxTraffic();
        traffic.Use(Table(1, ("v1", "a", 1), ("v2", "b", 2)));
        foreach (var line in new[]
        {
            """{"pool":"platform_shop_v1","to":"127.0.0.1:1","status":"200","seconds":"0.012","copy":false}""",
            """{"pool":"platform_shop_v2","to":"127.0.0.1:2","status":"500","seconds":"0.500","copy":false}""",
            """{"pool":"platform_shop_v2","to":"127.0.0.1:9, 127.0.0.1:2","status":"499","seconds":"0.001","copy":false}""",
            """{"pool":"platform_shop_v2","to":"127.0.0.1:2","status":"503","seconds":"0.001","copy":true}""",
            """{"pool":"platform_shop_v1","to":"127.0.0.1:1","status":"101","seconds":"70.0","copy":false}""",
            """{"pool":"","to":"","status":"503","seconds":"0.000","copy":false}""",
            "garbage",
            """{"pool":"platform_shop_v1","to":1}""",
        }) traffic.Add(Encoding.UTF8.GetBytes(line));
        // A replica that left, of a table that is no longer in force: its last requests are still its own.
        traffic.Use(Table(2, ("v2", "b", 2)));
        traffic.Add("""{"pool":"platform_shop_v1","to":"127.0.0.1:1","status":"200","seconds":"0.012","copy":false}"""u8);

        var samples = traffic.Take().ToDictionary(s => (s.Name, s.Revision, s.Replica), s => s.Value);
        Assert.Equal(3, samples[(MetricNames.Requests, "v1", "a")]);
        Assert.Equal(2, samples[(MetricNames.Latency, "v1", "a")]);
        Assert.Equal((2, 1), (samples[(MetricNames.Requests, "v2", "b")], samples[(MetricNames.Errors, "v2", "b")]));
        Assert.Equal((1, 1), (samples[(MetricNames.MirroredRequests, "v2", "b")], samples[(MetricNames.MirroredErrors, "v2", "b")]));
        Assert.Equal((1, 1), (samples[(MetricNames.Requests, "", "")], samples[(MetricNames.Errors, "", "")]));
        Assert.Equal(2, traffic.Damaged);
        Assert.Empty(traffic.Take());
    }

    private static RouteTable Table(long generation, params (string Revision, string Replica, int Port)[] replicas) => new()
    {
        Application = "shop",
        Generation = generation,
        Revisions = [.. replicas.Select(r => new RevisionRoute { Revision = r.Revision, Weight = 1, Replicas = [new ReplicaAddress { Id = r.Replica, Address = new Uri($"http://127.0.0.1:{r.Port}") }] })],
    };

    private void Append(string text)
    {
        using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Read() => _log.Read(line => _lines.Add(Encoding.UTF8.GetString(line)));
}

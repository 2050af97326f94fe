using Platform.Metrics.Scraping;

namespace Platform.Metrics.Tests.Scraping;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Read_ATypicalPage_KnowsCountersFromGauges()
    {
        var page = PrometheusText.Read("""
            # HELP jobs_total Jobs "done" {so far}.
            # TYPE jobs_total counter
            jobs_total{queue="a}\"b",x="1"} 1.5e3 1700000000000
            # TYPE depth gauge
            depth 4
              depth{queue = "z"}   -7
            untyped_thing NaN
            # TYPE req counter
            req_total 9 # {trace_id="abc"} 1
            # EOF
            """, 100);
        Assert.Equal(
            [
                new("jobs_total", "queue=\"a}\\\"b\",x=\"1\"", true, 1500), new("depth", "", false, 4), new("depth", "queue = \"z\"", false, -7),
                new("untyped_thing", "", false, double.NaN), new("req_total", "", true, 9),
            ],
            page.Samples);
        Assert.Equal(0, page.Malformed);
    }

    [Fact]
    public void Read_Distributions_KeepsSumAndCountAsCounters()
    {
        var page = PrometheusText.Read("""
            # TYPE wait histogram
            wait_bucket{le="0.1"} 1
            wait_bucket{le="+Inf"} 2
            wait_sum 3.5
            wait_count 2
            # TYPE size summary
            size{quantile="0.5"} 10
            size_sum 30
            size_count 3
            lonely_bucket 5
            """, 100);
        Assert.Equal(["wait_sum", "wait_count", "size_sum", "size_count", "lonely_bucket"], page.Samples.Select(s => s.Name));
        Assert.Equal([true, true, true, true, false], page.Samples.Select(s => s.IsCounter));
    }

    [Fact]
    public void Read_BrokenLines_AreCountedAndTheRestIsRead()
    {
        var page = PrometheusText.Read("a 1\n<html>\nb{x=\"unclosed 2\nc\n1d 3\ne five\nf{x=\"y\"}\ng 7\r\n\n", 100);
        Assert.Equal(["a", "g"], page.Samples.Select(s => s.Name));
        Assert.Equal(6, page.Malformed);
    }

    [Fact]
    public void Read_MoreSeriesThanAllowed_Stops()
    {
        var page = PrometheusText.Read(string.Concat(Enumerable.Range(0, 50).Select(i => $"m{{i=\"{i}\"}} 1\n")), 20);
        Assert.True(page.Truncated);
        Assert.Equal(20, page.Samples.Count);
    }

    [Fact]
    public void Read_AnyText_NeverThrows()
    {
        var random = new Random(3);
        const string Alphabet = "ab_:{}=\",\\ \t\n#TYPE counter 0123456789.eE+-InfNaN\0é";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(120)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            Assert.True(PrometheusText.Read(text, 10).Samples.Count <= 10);
        }
    }
}

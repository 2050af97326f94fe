using Platform.Benchmarks.Rollout;
using Platform.CommandLine.Load;

namespace Platform.EndToEnd.Tests.Rollout;

/// <summary>Zeros say nothing unless the oracles can say something else.</summary>
public sealed class OracleTests
{
    private static readonly LoadRequest Stream = new(HttpMethod.Get, "/stream?seconds=2");
    private static readonly LoadRequest Page = new(HttpMethod.Get, "/?page=1");
    private static readonly LoadRequest Order = new(HttpMethod.Post, "/checkout", Order: "order7");
    private readonly OrderLedger _ledger = new();

    private AnswerCheck Check => new(_ledger);

    [Fact]
    public void Ledger_OrderTakenTwiceOrNever_IsCounted()
    {
        foreach (var order in (string[])["a", "b", "c"]) _ledger.Acknowledge(order);
        Assert.Equal((1L, 1L), _ledger.Compare(["a", "b", "b", "unanswered", ""]));
        Assert.Equal((0L, 0L), _ledger.Compare(["a", "b", "c"]));
    }

    [Fact]
    public void Stream_LineMissingDoubledOrOfAnotherRevision_IsCut()
    {
        var whole = AnswerCheck.Stream("blue");
        Assert.Null(Check.Inspect(Stream, default, 200, whole));
        foreach (var wrong in (string[])["", "end\n", whole[..^4], whole.Replace("blue 7\n", "", StringComparison.Ordinal), whole.Replace("blue 7\n", "blue 7\nblue 7\n", StringComparison.Ordinal), whole.Replace("blue 7", "green 7", StringComparison.Ordinal)])
            Assert.True(AnswerCheck.IsCut(Check.Inspect(Stream, default, 200, wrong)!), wrong);
    }

    [Fact]
    public void Answer_WrongStatusOrContent_IsAFailureButNotACut()
    {
        foreach (var (request, status, body) in ((LoadRequest, int, string)[])[(Page, 404, "{}"), (Page, 200, "{}"), (Order, 200, "{\"version\":\"blue\",\"order\":\"order8\"}")])
        {
            var failure = Check.Inspect(request, default, status, body);
            Assert.NotNull(failure);
            Assert.False(AnswerCheck.IsCut(failure));
        }

        Assert.Equal(0, _ledger.Acknowledged);
    }

    [Fact]
    public void LastOf_AnswersInAnyOrder_IsTheLatestIntendedMomentOfThatRevision()
    {
        var check = Check;
        foreach (var (seconds, revision) in ((int, string)[])[(3, "blue"), (1, "blue"), (9, "green")])
            Assert.Null(check.Inspect(Page, TimeSpan.FromSeconds(seconds), 200, $"{{\"version\":\"{revision}\"}}"));
        Assert.Equal(TimeSpan.FromSeconds(3), check.LastOf("blue"));
        Assert.Null(check.LastOf("red"));
    }

    /// <summary>The oracle's other half: replicas that write at the same time do not overwrite each other's lines.</summary>
    [Fact]
    public async Task Journal_TwoReplicasWriteAtOnce_HoldsEveryOrderOnce()
    {
        using var playground = new Playground();
        var journal = Path.Combine(playground.Data, "orders.journal");
        await using var one = Storefront.Start("blue", journal);
        await using var two = Storefront.Start("green", journal);
        using var http = new HttpClient();
        await Task.WhenAll(new[] { one, two }.Select(s => s.WaitUntilHealthyAsync(http, TimeProvider.System, TestContext.Current.CancellationToken)));
        var crowd = new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForAsync(0, 2_000, crowd, async (number, ct) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{(number % 2 == 0 ? one : two).Port}/checkout");
            request.Headers.Add("X-Order", $"order{number}");
            using var answer = await http.SendAsync(request, ct);
            answer.EnsureSuccessStatusCode();
            _ledger.Acknowledge($"order{number}");
        });
        Assert.Equal(2_000, _ledger.Acknowledged);
        Assert.Equal((0L, 0L), _ledger.Compare(await File.ReadAllLinesAsync(journal, TestContext.Current.CancellationToken)));
    }
}

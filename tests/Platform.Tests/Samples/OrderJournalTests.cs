using System.Globalization;
using Storefront;

namespace Platform.CommandLine.Tests.Samples;

public sealed class OrderJournalTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("platform-journal-").FullName, "orders");

    /// <summary>Several replicas write one file. Opened with FileMode.Append each would write at an offset of its own, over the others' lines.</summary>
    [Fact]
    public async Task Write_BySeveralReplicasAtOnce_LosesAndTearsNoLine()
    {
        const int Replicas = 4;
        const int Orders = 500;
        var journals = Enumerable.Range(0, Replicas).Select(_ => new OrderJournal(_path)).ToList();

        await Task.WhenAll(journals.Select((journal, replica) => Task.Run(() =>
        {
            for (var order = 0; order < Orders; order++) journal.Write(Name(replica, order));
        })));
        foreach (var journal in journals) journal.Dispose();

        var expected = from replica in Enumerable.Range(0, Replicas) from order in Enumerable.Range(0, Orders) select Name(replica, order);
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await File.ReadAllLinesAsync(_path, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Open_FileOfAnEarlierRun_GoesOnBehindItsLastLine()
    {
        using (var first = new OrderJournal(_path)) first.Write("one");
        using (var second = new OrderJournal(_path)) second.Write("two");
        Assert.Equal(["one", "two"], File.ReadAllLines(_path));
    }

    [Fact]
    public void Open_FolderThatIsNotThere_NamesTheFile()
    {
        var path = Path.Combine(_path, "nowhere", "orders");
        Assert.Contains(path, Assert.Throws<IOException>(() => new OrderJournal(path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    private static string Name(int replica, int order) => string.Create(CultureInfo.InvariantCulture, $"r{replica}-order-{order}");
}

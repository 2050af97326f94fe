using System.Collections.Concurrent;

namespace Platform.Benchmarks.Rollout;

/// <summary>
/// The oracle for duplicates and losses: what visitors were told was ordered, beside what the replicas wrote down. An order that
/// was never acknowledged counts as its request's failure, not here; taken twice it counts here all the same.
/// </summary>
internal sealed class OrderLedger
{
    private readonly ConcurrentDictionary<string, int> _acknowledged = new(StringComparer.Ordinal);

    /// <summary>A visitor got a receipt.</summary>
    public void Acknowledge(string order) => _acknowledged.AddOrUpdate(order, 1, static (_, times) => times + 1);

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Compares with the replicas' journal.</summary>
    /// <param name="journal">Its lines.</param>
    /// <returns>Orders taken more than once, and orders acknowledged but not taken.</returns>
    public (long Duplicated, long Lost) Compare(IEnumerable<string> journal)
    {
        var taken = journal.Where(line => line.Length > 0).GroupBy(line => line, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.LongCount(), StringComparer.Ordinal);
        return (taken.Values.Count(times => times > 1), _acknowledged.Keys.Count(order => !taken.ContainsKey(order)));
    }
}

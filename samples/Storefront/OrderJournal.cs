using System.Text;

namespace Storefront;

/// <summary>
/// Every order taken, one line each, appended to a file when <c>STOREFRONT_JOURNAL</c> names one: whoever places orders can then
/// see from outside that none was lost on the way or taken twice.
/// </summary>
internal sealed class OrderJournal(string? path)
{
    private readonly Lock _gate = new();

    /// <summary>One small write to a file opened for appending: lines of several replicas do not mix.</summary>
    public void Write(string order)
    {
        if (path is null) return;
        lock (_gate)
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(Encoding.UTF8.GetBytes(order + "\n"));
        }
    }
}

using System.Runtime.CompilerServices;
using System.Text;

namespace Platform.Workloads.Runtimes.Logs;

/// <summary>Reads the last lines of a log, and follows it across rotations.</summary>
internal sealed class LogTail(string path, TimeProvider clock)
{
    private const int LongestLine = 16 * 1024;
    private const int Block = 64 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public async IAsyncEnumerable<string> ReadAsync(int tail, bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        // Taken before the lines are read: what comes later is read by following.
        var end = follow ? EndOfLastLine(LengthOf(path)) : LengthOf(path);
        var rotated = StampOf();
        foreach (var line in LastLines(tail, end)) yield return line;
        if (!follow) yield break;
        var lines = new LineSplitter(LongestLine);
        while (true)
        {
            await Task.Delay(Look, clock, ct);
            if (StampOf() is var stamp && stamp != rotated || LengthOf(path) < end)
            {
                rotated = stamp;
                foreach (var line in lines.Add(ReadFrom(path + ".1", end))) yield return line;
                end = 0;
            }

            while (ReadFrom(path, end) is { Length: > 0 } added)
            {
                end += added.Length;
                foreach (var line in lines.Add(added)) yield return line;
            }
        }
    }

    /// <summary>From the newest part backwards until there are enough.</summary>
    private IEnumerable<string> LastLines(int tail, long end)
    {
        if (tail <= 0) return [];
        var found = new List<string>();
        found.AddRange(LinesBefore(path, end, tail));
        for (var i = 1; found.Count < tail && File.Exists($"{path}.{i}"); i++)
            found.InsertRange(0, LinesBefore($"{path}.{i}", LengthOf($"{path}.{i}"), tail - found.Count));
        return found;
    }

    private static List<string> LinesBefore(string file, long end, int most)
    {
        var start = end;
        var bytes = Array.Empty<byte>();
        while (start > 0 && bytes.AsSpan().Count((byte)'\n') <= most)
        {
            var from = Math.Max(0, start - Block);
            bytes = [.. ReadFrom(file, from, (int)(start - from)), .. bytes];
            start = from;
        }

        var splitter = new LineSplitter(LongestLine);
        var lines = splitter.Add(bytes).ToList();
        lines.AddRange(splitter.Rest());
        return lines.Count > most ? lines[^most..] : lines;
    }

    /// <summary>A follower leaves the line that is being written for when it is whole.</summary>
    private long EndOfLastLine(long length)
    {
        var from = Math.Max(0, length - Block);
        return from + ReadFrom(path, from, (int)(length - from)).AsSpan().LastIndexOf((byte)'\n') + 1;
    }

    private static byte[] ReadFrom(string file, long from, int most = Block)
    {
        if (!File.Exists(file)) return [];
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[(int)Math.Clamp(RandomAccess.GetLength(handle) - from, 0, most)];
        var read = RandomAccess.Read(handle, bytes, from);
        return bytes[..read];
    }

    private static long LengthOf(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    /// <summary>Changes with every rotation.</summary>
    private DateTime StampOf() => File.GetLastWriteTimeUtc(path + ".1");

    /// <summary>Bytes in, whole lines out.</summary>
    private sealed class LineSplitter(int longest)
    {
        private readonly List<byte> _open = [];

        public IEnumerable<string> Add(byte[] bytes)
        {
            foreach (var part in bytes)
            {
                if (part != '\n') _open.Add(part);
                if (part == '\n' || _open.Count >= longest) yield return Take();
            }
        }

        public IEnumerable<string> Rest() => _open.Count > 0 ? [Take()] : [];

        private string Take()
        {
            var line = Encoding.UTF8.GetString([.. _open]).TrimEnd('\r');
            _open.Clear();
            return line;
        }
    }
}

using System.Globalization;
using System.Net;

namespace Platform.Hosting.Listening;

/// <summary>Finds out before the start which ports are taken, and by whom, so that all are named at once.</summary>
internal static class PortConflicts
{
    public static IReadOnlyList<string> Find(IReadOnlyList<Listener> listeners)
    {
        var sockets = ListeningSockets();
        var conflicts = new List<string>();
        foreach (var listener in listeners.Where(l => l.Port != 0))
        {
            var taken = sockets.FirstOrDefault(s => s.Port == listener.Port && Overlaps(s.Address, listener.Address));
            if (taken is null) continue;
            conflicts.Add($"{listener}: port {listener.Port} is in use by {Holder(taken.Inode)}. Stop it, or choose another port with --{listener.Key}=PORT.");
        }

        return conflicts;
    }

    private static bool Overlaps(IPAddress held, IPAddress wanted) =>
        held.Equals(wanted) || held.Equals(IPAddress.Any) || held.Equals(IPAddress.IPv6Any) || wanted.Equals(IPAddress.Any) || wanted.Equals(IPAddress.IPv6Any);

    private static List<Socket> ListeningSockets()
    {
        const string Listening = "0A";
        var found = new List<Socket>();
        foreach (var table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
        {
            if (!File.Exists(table)) continue;
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length < 10 || fields[3] != Listening) continue;
                var local = fields[1].Split(':');
                found.Add(new Socket(Address(local[0]), int.Parse(local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture), fields[9]));
            }
        }

        return found;
    }

    /// <summary>The kernel prints addresses as 32-bit words in the machine's byte order.</summary>
    private static IPAddress Address(string hexadecimal)
    {
        var bytes = Convert.FromHexString(hexadecimal);
        for (var word = 0; word < bytes.Length; word += 4) Array.Reverse(bytes, word, 4);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static string Holder(string inode)
    {
        var socket = $"socket:[{inode}]";
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])))
        {
            try
            {
                if (!Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(f => File.ResolveLinkTarget(f, false)?.Name == socket)) continue;
                var name = File.ReadAllText(Path.Combine(process, "comm")).Trim();
                return $"{name} (process {Path.GetFileName(process)})";
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Gone meanwhile, or somebody else's process: its sockets are not ours to see. Try the next.
                continue;
            }
        }

        return "a process of another user";
    }

    private sealed record Socket(IPAddress Address, int Port, string Inode);
}

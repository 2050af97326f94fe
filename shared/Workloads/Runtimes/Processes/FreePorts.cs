using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>
/// Ports for replicas on loopback. Taken from below the range the kernel uses for outgoing connections: under load, one of those could
/// take a port between its choice and the replica's bind. A port is not given out again until many others were.
/// </summary>
public sealed class FreePorts
{
    private const int Lowest = 20_000;
    private const int Remembered = 512;
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly Queue<int> _recent = new();
    private readonly int _highest;

    /// <summary>Starts at a place of its own, so that two platforms on one machine, or two begun in the same moment, rarely meet.</summary>
    public FreePorts() : this(new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), OutgoingFrom())
    {
    }

    internal FreePorts(Random random, int outgoingFrom)
    {
        _random = random;
        _highest = outgoingFrom - 1;
    }

    /// <summary>A port nobody listens on.</summary>
    public int Take()
    {
        lock (_gate)
        {
            for (var attempt = 0; attempt < 1_000; attempt++)
            {
                // No room below the kernel's range: then inside it.
                var wanted = _highest - Lowest > Remembered * 2 ? _random.Next(Lowest, _highest + 1) : 0;
                if (_recent.Contains(wanted) || TryBind(wanted) is not { } port || _recent.Contains(port)) continue;
                _recent.Enqueue(port);
                if (_recent.Count > Remembered) _recent.Dequeue();
                return port;
            }
        }

        throw new ReplicaStartException("There is no free port on 127.0.0.1; stop something that listens.", isTransient: true);
    }

    private static int? TryBind(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Also taken if somebody listens on every address.
            socket.ExclusiveAddressUse = true;
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static int OutgoingFrom()
    {
        var text = ProcessTable.Read("/proc/sys/net/ipv4/ip_local_port_range") is { } bytes ? System.Text.Encoding.ASCII.GetString(bytes) : "";
        return int.TryParse(text.Split('\t', ' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var low) ? low : 32_768;
    }
}

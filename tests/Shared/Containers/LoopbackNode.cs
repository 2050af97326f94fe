namespace Platform.Testing;

/// <summary>A loopback address of a Swarm's node of its own: the nodes of a Swarm talk on fixed ports, and several Swarms may be on one machine.</summary>
internal sealed record LoopbackNode(string Address, int Port)
{
    public static LoopbackNode Free()
    {
        var bytes = Guid.NewGuid().ToByteArray();
        return new LoopbackNode($"127.{1 + bytes[0] % 250}.{bytes[1]}.{1 + bytes[2] % 250}", ServerProcess.FreePort());
    }

    public override string ToString() => $"{Address}:{Port}";
}

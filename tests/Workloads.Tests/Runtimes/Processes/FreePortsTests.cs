using System.Net;
using System.Net.Sockets;
using Platform.Workloads.Runtimes.Processes;

namespace Workloads.Tests.Runtimes.Processes;

public sealed class FreePortsTests
{
    [Fact]
    public void Take_ManyTimes_GivesDifferentPortsBelowTheKernelsRange()
    {
        var ports = new FreePorts(new Random(1), outgoingFrom: 32_768);

        var taken = Enumerable.Range(0, 300).Select(_ => ports.Take()).ToList();

        Assert.Equal(300, taken.Distinct().Count());
        Assert.All(taken, port => Assert.InRange(port, 20_000, 32_767));
    }

    [Fact]
    public void Take_ManyBegunInTheSameMoment_GiveDifferentPorts() =>
        Assert.InRange(Enumerable.Range(0, 50).Select(_ => new FreePorts().Take()).Distinct().Count(), 45, 50);

    [Fact]
    public void Take_APortSomebodyListensOn_IsPassedOver()
    {
        var wanted = new FreePorts(new Random(2), outgoingFrom: 32_768).Take();
        using var listener = new TcpListener(IPAddress.Loopback, wanted);
        listener.Start();

        Assert.NotEqual(wanted, new FreePorts(new Random(2), outgoingFrom: 32_768).Take());
    }

    [Fact]
    public void Take_WithNoRoomBelowTheKernelsRange_StillGivesPorts() =>
        Assert.InRange(new FreePorts(new Random(3), outgoingFrom: 1_024).Take(), 1_024, 65_535);
}

using System.Net.Sockets;
using System.Text;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Pipeline.Checks;

/// <summary>A broker that speaks AMQP 0-9-1: greeted with the protocol's header, it must answer with the method Connection.Start (specification, section 4.2.2).</summary>
internal sealed class AmqpCheck : ICheck
{
    private const byte MethodFrame = 1, EndOfFrameHeader = 7;
    private static readonly byte[] Greeting = [.. "AMQP"u8, 0, 0, 9, 1];
    private static readonly byte[] ConnectionStart = [0, 10, 0, 10];

    public bool Handles(CheckSpec check) => check.Amqp is not null;

    public string Subject(CheckSpec check) => $"AMQP at {check.Amqp}";

    public async Task<JobResult> AskAsync(CheckSpec check, JobContext job, CancellationToken ct)
    {
        try
        {
            using var wire = await Wire.ConnectAsync(check.Amqp!, ct);
            await wire.SendAsync(Greeting, ct);
            var frame = await wire.ReadAsync(EndOfFrameHeader + ConnectionStart.Length, ct);
            return frame.Length == EndOfFrameHeader + ConnectionStart.Length && frame[0] == MethodFrame && frame.AsSpan(EndOfFrameHeader).SequenceEqual(ConnectionStart)
                ? JobResult.Done($"{Subject(check)}: speaks 0-9-1")
                : JobResult.Failed($"{Subject(check)}: answered {(frame.Length == 0 ? "nothing" : $"'{Printable(frame)}'")}, which is not AMQP 0-9-1");
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return JobResult.Failed($"{Subject(check)}: {error.Message}");
        }
    }

    private static string Printable(byte[] bytes) => new([.. Encoding.Latin1.GetString(bytes).Select(c => c is >= ' ' and <= '~' ? c : '.')]);
}

using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Platform.Workloads.Runtimes.Docker.Engine;

namespace Workloads.Tests.Runtimes.Docker;

public sealed class OutputFramesTests
{
    [Fact]
    public void ReadAsync_AnyFramesInAnyPieces_GivesTheirContentInOrder()
    {
        var cases = from lines in Gen.ListOf(Gen.Elements("", "a", "two words\n", "é\n", new string('x', 5_000)))
                    from piece in Gen.Choose(1, 700)
                    select (lines.ToList(), piece);
        Prop.ForAll(cases.ToArbitrary(), ((List<string> Lines, int Piece) given) =>
        {
            var bytes = given.Lines.SelectMany((line, i) => Frame((byte)(1 + i % 2), line)).ToArray();
            return ReadAsync(new PiecewiseStream(bytes, given.Piece)).GetAwaiter().GetResult().SequenceEqual(given.Lines);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task ReadAsync_AFrameCutOff_IsLeftOut() =>
        Assert.Equal(["whole"], await ReadAsync(new MemoryStream([.. Frame(1, "whole"), .. Frame(2, "cut off")[..^1]])));

    [Fact]
    public async Task ReadAsync_SomethingElse_IsRefused()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(new MemoryStream(Encoding.ASCII.GetBytes("a terminal's raw output"))));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(new MemoryStream([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])));
    }

    private static byte[] Frame(byte kind, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var frame = new byte[8 + content.Length];
        frame[0] = kind;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)content.Length);
        content.CopyTo(frame, 8);
        return frame;
    }

    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        var lines = new List<string>();
        await foreach (var frame in OutputFrames.ReadAsync(stream, CancellationToken.None)) lines.Add(Encoding.UTF8.GetString(frame));
        return lines;
    }

    /// <summary>Gives its bytes as a socket does: a few at a time.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}

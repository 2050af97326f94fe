using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Platform.Workloads.Runtimes.Docker.Engine;

/// <summary>
/// Takes apart the stream in which the engine sends both outputs of a container that has no terminal:
/// <code>
/// [ 1 = stdout, 2 = stderr ][ 0 0 0 ][ length, 32 bit, big endian ][ that many bytes ] …
/// </code>
/// </summary>
internal static class OutputFrames
{
    private const int HeaderLength = 8;

    /// <summary>The engine cuts lines at 16 KiB; more than this is no frame.</summary>
    public const int Longest = 1 << 20;

    /// <summary>The frames' content, in the order they were written. Ends with the stream; a frame that is cut off is not given.</summary>
    /// <exception cref="InvalidDataException">This is not such a stream.</exception>
    public static async IAsyncEnumerable<byte[]> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var header = new byte[HeaderLength];
        while (await FillAsync(stream, header, ct))
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            if (header[0] > 2 || header[1] != 0 || header[2] != 0 || header[3] != 0 || length > Longest)
                throw new InvalidDataException("The engine's output stream is not made of frames.");
            var content = new byte[length];
            if (!await FillAsync(stream, content, ct)) yield break;
            yield return content;
        }
    }

    private static async Task<bool> FillAsync(Stream stream, byte[] buffer, CancellationToken ct) =>
        await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct) == buffer.Length;
}

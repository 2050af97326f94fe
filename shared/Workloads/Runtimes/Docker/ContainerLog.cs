using System.Globalization;
using System.Text;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Runtimes.Logs;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>
/// Copies a container's output, line by line as it comes, into the replica's log file, where it outlives the container and is read as any
/// other replica's. The engine stamps every line; after an interruption the copy goes on behind the last one it has.
/// </summary>
internal sealed class ContainerLog(EngineClient engine, string container, LogAppender file, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private const int Conflict = 409;
    private string _last = "";

    /// <summary>Copies until the container has ended and nothing is left to copy, whatever happens to the engine meanwhile.</summary>
    public async Task CopyAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                if (!await CopyOnceAsync(ct)) return;
            }
            catch (EngineRefusedException error) when (error.Status == Conflict)
            {
                // The engine was ended in the middle of removing it: what it wrote cannot be had any more, and the rest of it is to be removed.
                return;
            }
            catch (Exception error) when (error is RuntimeUnavailableException or EngineRefusedException { Status: >= 500 } or IOException or HttpRequestException)
            {
                // The engine is away, or was cut off in mid-sentence: from where it stopped, once it is back.
            }

            await Task.Delay(Pause, clock, ct);
        }
    }

    /// <returns>False: that was all.</returns>
    private async Task<bool> CopyOnceAsync(CancellationToken ct)
    {
        var from = _last;
        var since = from.Length == 0 ? "" : "&since=" + SinceOf(from);
        await using var stream = await engine.OpenAsync(HttpMethod.Get, $"containers/{container}/logs?follow=1&stdout=1&stderr=1&timestamps=1{since}", null, ct);
        if (stream is null) return false;
        await foreach (var frame in OutputFrames.ReadAsync(stream, ct))
        {
            var (stamp, line) = Apart(frame);
            // Asked for since the last one, the engine begins with it. The parts of a long line all have the same stamp.
            if (from.Length > 0 && string.CompareOrdinal(stamp, from) <= 0) continue;
            file.Append(line.Span);
            _last = stamp;
        }

        var details = await engine.GetAsync<ContainerDetails>($"containers/{container}/json", ct);
        return details?.State.Running == true;
    }

    /// <summary><c>2026-01-02T03:04:05.000000006Z text</c>: stamps of this form, all of one length, are in order as texts.</summary>
    internal static (string Stamp, ReadOnlyMemory<byte> Line) Apart(byte[] frame)
    {
        var space = Array.IndexOf(frame, (byte)' ');
        return space < 0 ? ("", frame) : (Encoding.ASCII.GetString(frame, 0, space), frame.AsMemory(space + 1));
    }

    /// <summary>The stamp as the engine wants it asked for: seconds since 1970 and nanoseconds.</summary>
    internal static string SinceOf(string stamp)
    {
        var dot = stamp.IndexOf('.', StringComparison.Ordinal);
        var whole = DateTimeOffset.Parse(stamp[..(dot < 0 ? stamp.Length - 1 : dot)] + "Z", CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        return string.Create(CultureInfo.InvariantCulture, $"{whole}.{(dot < 0 ? "0" : stamp[(dot + 1)..^1])}");
    }
}

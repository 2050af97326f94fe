using System.Text;

namespace Platform.Hosting.Outbound;

/// <summary>Reads answers of others' servers, which may be of any length, only so far.</summary>
public static class AnswerHead
{
    /// <summary>The beginning of the body, and whether that was all of it.</summary>
    /// <param name="answer">The answer, its headers read.</param>
    /// <param name="bytes">At most so many.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<(string Text, bool IsWhole)> ReadHeadAsync(this HttpResponseMessage answer, int bytes, CancellationToken ct)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[bytes + 1];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return (Encoding.UTF8.GetString(buffer, 0, Math.Min(read, bytes)), read <= bytes);
    }

    /// <summary>Fit for a log line: no control characters, no space around it.</summary>
    public static string OnOneLine(this string text) => new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
}

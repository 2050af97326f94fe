using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Hosting;

namespace Platform.Security.Tests.Malformed;

/// <summary>What an answer to bad input must look like, whatever the input was.</summary>
internal static partial class Answers
{
    /// <summary>What is wrong with an answer; null: nothing.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="body">Its body.</param>
    /// <param name="dataFolder">A path that must not appear in it.</param>
    public static string? Fault(int status, string? mediaType, string body, string dataFolder)
    {
        if (status >= 500) return $"{status}";
        if (Inside().Match(body) is { Success: true } inside) return $"shows '{inside.Value}'";
        if (body.Contains(dataFolder, StringComparison.Ordinal)) return "shows the data folder";
        if (status < 400) return null;
        if (mediaType != ProblemReport.ContentType) return $"{status} with the media type {mediaType ?? "none"}";
        var problem = JsonSerializer.Deserialize<JsonElement>(body);
        if (!problem.TryGetProperty("type", out var type) || !type.GetString()!.StartsWith(ProblemReport.TypeBase, StringComparison.Ordinal)) return "no type";
        if (!problem.TryGetProperty("title", out var title) || title.GetString() is not { Length: > 0 }) return "no title";
        return problem.TryGetProperty("status", out var said) && said.GetInt32() == status ? null : "another status in the body";
    }

    /// <summary>Stack traces, our types and the framework's, source files, SQL.</summary>
    [GeneratedRegex(@"(^|\n)\s+at [\w.<>]+\(|Exception\b|\bSystem\.[A-Z]\w+|\bMicrosoft\.[A-Z]\w+|\bPlatform\.[A-Z]\w+\.|\bNullable<|\.cs:line|SQLite Error|\bNpgsql")]
    private static partial Regex Inside();
}

using System.Text.Json.Serialization;

namespace Platform.Hosting;

/// <summary>Problem details as RFC 9457 defines them: the only shape in which an error leaves the platform.</summary>
public sealed record ProblemReport
{
    /// <summary>The media type.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>Every <see cref="Type"/> starts with this.</summary>
    public const string TypeBase = "https://platform.dev/problems/";

    /// <summary>Stable; says which problem it is: <c>https://platform.dev/problems/not-found</c>.</summary>
    public required string Type { get; init; }
    /// <summary>What is wrong, in a few words; the same for every occurrence.</summary>
    public required string Title { get; init; }
    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }
    /// <summary>What is wrong this time, and what to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }
    /// <summary>The path that was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Instance { get; init; }
    /// <summary>Finds the request in logs and traces.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceId { get; init; }
    /// <summary>Every field that is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FieldProblem>? Errors { get; init; }
}

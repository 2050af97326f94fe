namespace Platform.Hosting;

/// <summary>One thing that is wrong with what was sent, and where.</summary>
/// <param name="Path">Where: <c>scaling.max</c>, <c>metrics[0].target</c>; empty: the whole.</param>
/// <param name="Expected">What would have been right.</param>
/// <param name="Found">What was there.</param>
/// <param name="Message">A sentence for people; null: made from the other two.</param>
/// <param name="Line">The line in the text that was sent, from 1, where there is one.</param>
public sealed record FieldProblem(string Path, string Expected, string Found, string? Message = null, int? Line = null)
{
    /// <summary>A sentence for people.</summary>
    public string Message { get; init; } = Message ?? $"{(Path.Length == 0 ? "The body" : Path)}: expected {Expected}, found {Found}.";
}

using System.Globalization;
using Platform.Hosting;

namespace Platform.HealthMonitor.Api;

/// <summary>The <c>limit</c> and <c>after</c> of lists.</summary>
internal static class Paging
{
    private const int Longest = 500;

    /// <summary>Reads both; the problem is null when they are fine.</summary>
    public static ProblemResult? Read(int? limit, string? after, out int size, out long before)
    {
        size = limit ?? 50;
        before = long.MaxValue;
        List<FieldProblem> problems = [];
        if (size is < 1 or > Longest) problems.Add(new FieldProblem("limit", $"1 to {Longest}", $"{size}"));
        if (after is not null && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            problems.Add(new FieldProblem("after", "the next of the page before", $"'{(after.Length > 40 ? after[..40] : after)}'"));
        }

        return problems.Count == 0 ? null : Problem.BadRequest("bad-page", "The page cannot be made", problems);
    }

    public static string? Next(bool more, long last) => more ? last.ToString(CultureInfo.InvariantCulture) : null;
}

using System.Globalization;

namespace Platform.Hosting;

/// <summary>The <c>limit</c> and <c>after</c> of lists that are read newest first, by number: 1 to 500 items, 50 when nothing is said.</summary>
public static class NumberedPage
{
    private const int Longest = 500;

    /// <summary>Reads both; the problem is null when they are fine.</summary>
    /// <param name="limit">As asked for; null: nothing was said.</param>
    /// <param name="after">The <c>next</c> of the page before; null: from the newest.</param>
    /// <param name="size">Items to give.</param>
    /// <param name="before">Only items with a number below this.</param>
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

    /// <summary>What <c>next</c> says: the last item's number; null: there is no more.</summary>
    /// <param name="more">Whether there are more.</param>
    /// <param name="last">The number of the last item given.</param>
    public static string? Next(bool more, long last) => more ? last.ToString(CultureInfo.InvariantCulture) : null;
}

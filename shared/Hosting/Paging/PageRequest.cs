using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Http;

namespace Platform.Hosting;

/// <summary>What part of a list is wanted; bind with <c>[AsParameters]</c>.</summary>
public sealed record PageRequest
{
    /// <summary>Items when nothing is said.</summary>
    public const int DefaultLimit = 100;

    /// <summary>Items at most.</summary>
    public const int MaxLimit = 1000;

    /// <summary>How many items, 1 to 1,000. Default 100.</summary>
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>Go on after this, as a former answer's <c>next</c> said. Default: from the beginning.</summary>
    [FromQuery(Name = "after")]
    public string? After { get; init; }

    /// <summary>Items to take.</summary>
    public int Take => Limit ?? DefaultLimit;

    /// <summary>What is wrong with the request; null: nothing.</summary>
    public ProblemResult? Check() => Refuse(LimitProblems());

    /// <summary>As <see cref="Check()"/>, for lists that are paged by a number.</summary>
    /// <param name="after">The number after which to go on; null: from the beginning.</param>
    public ProblemResult? Check(out long? after)
    {
        var problems = LimitProblems();
        after = long.TryParse(After, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (After is not null && after is null) problems.Add(new FieldProblem("after", "the 'next' of a former answer", $"'{(After.Length > 40 ? After[..40] + "…" : After)}'"));
        return Refuse(problems);
    }

    private List<FieldProblem> LimitProblems() =>
        Take is >= 1 and <= MaxLimit ? [] : [new FieldProblem("limit", $"1 to {MaxLimit}", Take.ToString(CultureInfo.InvariantCulture))];

    private static ProblemResult? Refuse(IReadOnlyList<FieldProblem> problems) =>
        problems.Count == 0 ? null : Problem.BadRequest("invalid-page", "The page cannot be given", problems);

    /// <summary>Makes a page of one item more than asked for, which tells whether there is a next page.</summary>
    /// <param name="items">At most <see cref="Take"/> + 1 items.</param>
    /// <param name="position">What <c>after</c> is to be to go on behind an item.</param>
    public Page<T> Of<T>(IReadOnlyList<T> items, Func<T, string> position) =>
        items.Count <= Take ? new Page<T> { Items = items } : new Page<T> { Items = [.. items.Take(Take)], Next = position(items[Take - 1]) };

    /// <summary>The same for lists that are paged by a number.</summary>
    /// <param name="items">At most <see cref="Take"/> + 1 items.</param>
    /// <param name="position">What <c>after</c> is to be to go on behind an item.</param>
    public Page<T> Of<T>(IReadOnlyList<T> items, Func<T, long> position) => Of(items, item => position(item).ToString(CultureInfo.InvariantCulture));
}

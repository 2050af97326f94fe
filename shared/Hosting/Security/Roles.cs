namespace Platform.Hosting;

/// <summary>The roles, which are also the names of the policies. Each includes the ones before it.</summary>
public static class Roles
{
    /// <summary>Reads.</summary>
    public const string Viewer = "viewer";
    /// <summary>Changes: deploys, scales, rolls back.</summary>
    public const string Operator = "operator";
    /// <summary>Configures: keys, webhooks, emergency stop.</summary>
    public const string Admin = "admin";

    /// <summary>Every role, from the smallest to the greatest.</summary>
    internal static IReadOnlyList<string> Ascending { get; } = [Viewer, Operator, Admin];

    /// <summary>Whether someone with the role <paramref name="held"/> may do what asks for <paramref name="needed"/>.</summary>
    internal static bool Includes(string? held, string needed)
    {
        var rank = held is null ? -1 : Rank(held);
        return rank >= 0 && rank >= Rank(needed);
    }

    private static int Rank(string role) => role switch
    {
        Viewer => 0,
        Operator => 1,
        Admin => 2,
        _ => -1,
    };
}

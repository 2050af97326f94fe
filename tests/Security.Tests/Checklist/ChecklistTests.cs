using System.Text.RegularExpressions;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>docs/security.md says what is enforced, where, and by which test it is proved: it must be true.</summary>
public sealed partial class ChecklistTests
{
    private static readonly IReadOnlyList<string[]> Lines =
        [.. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "security.md")).Where(line => line.Contains(".Tests/", StringComparison.Ordinal)).Select(line => line.Trim('|').Split('|'))];

    [Fact]
    public void EveryRule_NamesWhereItIsEnforced_AndATestThatIsThere()
    {
        Assert.True(Lines.Count > 20, $"only {Lines.Count} rules");
        Assert.All(Lines, cells => Assert.True(cells.Length == 3 && Quoted().IsMatch(cells[2]), cells[0]));
        Assert.Empty(Lines.SelectMany(cells => Missing(cells[2]).Select(missing => $"{cells[0].Trim()}: {missing}")));
        Assert.All(
            Lines.SelectMany(cells => Quoted().Matches(cells[1]).Select(match => match.Groups[1].Value)),
            path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
    }

    [Fact]
    public void ATestThatIsNotThere_IsFound() => Assert.Equal(
        ["None_Such", "Security.Tests/NoneSuch.cs"],
        Missing("`Security.Tests/Checklist/ChecklistTests.cs` `None_" + "Such`, `ATestThatIsNotThere_IsFound`; `Security.Tests/NoneSuch.cs`"));

    /// <summary>Names after a file that the file does not have as a test.</summary>
    private static IEnumerable<string> Missing(string cell)
    {
        var text = "";
        foreach (Match match in Quoted().Matches(cell))
        {
            var name = match.Groups[1].Value;
            if (!name.EndsWith(".cs", StringComparison.Ordinal))
            {
                if (!Regex.IsMatch(text, $@"\[(Fact|Theory)[^]]*\][\s\S]{{0,4000}}?public \S+( \S+)? {name}\(")) yield return name;
                continue;
            }

            var path = Path.Combine(Repository.Root, "tests", name);
            if (!File.Exists(path)) yield return name;
            text = File.Exists(path) ? File.ReadAllText(path) : "";
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}

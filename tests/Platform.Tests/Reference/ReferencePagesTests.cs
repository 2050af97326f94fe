using System.Runtime.CompilerServices;
using Platform.CommandLine.Reference;

namespace Platform.CommandLine.Tests.Reference;

public sealed class ReferencePagesTests
{
    [Fact]
    public async Task The_committed_reference_is_what_the_code_says()
    {
        var pages = await ReferencePages.GenerateAsync(TestContext.Current.CancellationToken);

        Assert.True(ReferencePages.Stale(pages, Folder()) is [], $"Stale: {string.Join(", ", ReferencePages.Stale(pages, Folder()))}. Write them again with ./platform docs");
    }

    [Fact]
    public void Stale_PageMissingOrDifferent_NamesIt()
    {
        var folder = Directory.CreateTempSubdirectory("platform-reference-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "same.md"), "text");
            File.WriteAllText(Path.Combine(folder.FullName, "other.md"), "old");

            Assert.Equal(["other.md", "gone.md"], ReferencePages.Stale([new("same.md", "text"), new("other.md", "new"), new("gone.md", "text")], folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_manifest_page_tells_range_default_and_meaning_of_a_member()
    {
        var page = ManifestPage.Write();

        Assert.Contains("| `unhealthyAfter` | a whole number from 1 to 100 | `3` | Failed checks, in a row", page, StringComparison.Ordinal);
        Assert.Contains("(required)", page, StringComparison.Ordinal);
        Assert.Contains("| `restricted` |", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steps")]
    [InlineData("experiment")]
    [InlineData("autoPromotion")]
    [InlineData("maxSurge")]
    public void The_manifest_page_has_the_members_of_every_strategy(string member) =>
        Assert.Contains($"| `{member}` | ", ManifestPage.Write(), StringComparison.Ordinal);

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath("../../../docs/reference", Path.GetDirectoryName(here)!);
}

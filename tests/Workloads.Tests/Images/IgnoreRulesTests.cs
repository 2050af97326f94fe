using Platform.Workloads.Images;

namespace Workloads.Tests.Images;

/// <summary>The examples of Docker's documentation, and what people stumble over.</summary>
public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("", "a", false)]
    [InlineData("# a\n\na", "a", true)]
    [InlineData("a", "b/a", false)]
    [InlineData("**/a", "b/a", true)]
    [InlineData("**/a", "a", true)]
    [InlineData("*/temp*", "somedir/temporary.txt", true)]
    [InlineData("*/temp*", "somedir/temp/x", true)]
    [InlineData("*/temp*", "temp.txt", false)]
    [InlineData("*/*/temp*", "somedir/subdir/temporary.txt", true)]
    [InlineData("temp?", "tempa", true)]
    [InlineData("temp?", "temp", false)]
    [InlineData("**/*.go", "a/b/c.go", true)]
    [InlineData("*.md\n!README.md", "README.md", false)]
    [InlineData("*.md\n!README.md", "CHANGELOG.md", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("README-secret.md\n*.md\n!README*.md", "README-secret.md", false)]
    [InlineData("/bin/", "bin/app", true)]
    [InlineData("bin", "bin/deep/er/app", true)]
    [InlineData("bin", "binary", false)]
    [InlineData("a/../b", "b", true)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("**\n!src/**", "src/a.cs", false)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData("[^a-c].txt", "b.txt", false)]
    [InlineData("a+b", "a+b", true)]
    [InlineData("a.b", "axb", false)]
    public void LeavesOut_APath_AsDockerDoes(string file, string path, bool expected) => Assert.Equal(expected, new IgnoreRules(file).LeavesOut(path));
}

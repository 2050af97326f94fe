using System.Text.RegularExpressions;
using Platform.Hosting;
using Platform.Security.Tests.Support;

namespace Platform.Security.Tests.Checklist;

/// <summary>Rules about the sources themselves: what must not be written, and what must.</summary>
public sealed partial class SourceTests
{
    [Fact]
    public void NothingStartsAShell_OrHandsAProcessItsArgumentsAsOneText()
    {
        var found = Repository.Sources().SelectMany(source => Shells().Matches(source.Text).Select(match => $"{source.Path}: {match.Value}"));
        Assert.Empty(found);
        Assert.Contains("UseShellExecute", File.ReadAllText(Path.Combine(Repository.Root, "BannedSymbols.txt")));
    }

    [Theory]
    [InlineData("start.UseShellExecute = true;")]
    [InlineData("Process.Start(\"sh\", $\"-c {x}\")")]
    [InlineData("new ProcessStartInfo(\"/bin/sh\")")]
    [InlineData("new ProcessStartInfo(\"git\", $\"clone {url}\")")]
    [InlineData("new[] { \"bash\", \"-c\", text }")]
    [InlineData("{ Arguments = $\"--name {name}\" }")]
    public void AShell_WouldBeFound(string line) => Assert.Matches(Shells(), line);

    [Theory]
    [InlineData("shared/Hosting/Security/KeyStore.cs")]
    [InlineData("shared/Hosting/Security/SessionGuard.cs")]
    [InlineData("services/HealthMonitor/Dapr/DaprEndpoints.cs")]
    public void SecretsAreComparedInConstantTime(string path) =>
        Assert.Contains("CryptographicOperations.FixedTimeEquals", File.ReadAllText(Path.Combine(Repository.Root, path)));

    /// <summary>Constants of ours and a choice between two literals may be put into a statement; a value never is.</summary>
    [Fact]
    public void SqlIsNeverPutTogetherFromValues() => Assert.Empty(
        Repository.Sources().Where(source => source.Path.StartsWith("services/", StringComparison.Ordinal)).SelectMany(source => Values(source.Text).Select(hole => $"{source.Path}: {{{hole}}}")));

    [Theory]
    [InlineData("""tx.ExecuteAsync($"DELETE FROM t WHERE id = '{id}'")""", "id")]
    [InlineData("""reader.QueryAsync<Row>($"SELECT {Columns} FROM t ORDER BY {order}")""", "order")]
    [InlineData("""tx.FirstOrDefaultAsync<Row>($"SELECT * FROM t{(x is null ? "" : " WHERE " + x)}")""", "(x is null ? \"\" : \" WHERE \" + x)")]
    public void AValueInAStatement_WouldBeFound(string line, string value) => Assert.Equal([value], Values(line));

    private static IEnumerable<string> Values(string text)
    {
        foreach (Match statement in Statement().Matches(text))
        {
            foreach (var hole in Holes(text, statement.Index + statement.Length)) if (!OurOwn().IsMatch(hole)) yield return hole;
        }
    }

    /// <summary>What stands between braces up to the end of an interpolated literal.</summary>
    private static IEnumerable<string> Holes(string text, int at)
    {
        var (depth, start) = (0, 0);
        for (; at < text.Length && (depth > 0 || text[at] != '"'); at++)
        {
            if (text[at] == '{' && depth++ == 0) start = at + 1;
            if (text[at] == '}' && --depth == 0) yield return text[start..at];
        }
    }

    [Fact]
    public void TheDockerSocketIsNowhereMounted() => Assert.DoesNotContain(
        Directory.EnumerateFiles(Repository.Root, "*.y*ml", SearchOption.TopDirectoryOnly)
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "infrastructure"), "*", SearchOption.AllDirectories)),
        path => File.ReadAllText(path).Contains("docker.sock", StringComparison.Ordinal));

    [Fact]
    public void ARuntimeOlderThanTheOneWithoutKestrelsHole_IsRefused()
    {
        Assert.Throws<ConfigurationException>(() => RuntimeVersion.Require(new Version(9, 0, 9)));
        RuntimeVersion.Require();
        Assert.All(
            ["shared/Hosting/HostRunner.cs", "services/Platform/Hosting/PlatformHost.cs"],
            path => Assert.Contains("RuntimeVersion.Require()", File.ReadAllText(Path.Combine(Repository.Root, path))));
    }

    [GeneratedRegex(@"UseShellExecute\s*=\s*true|(?<!CodeBlock\()""(/bin/|/usr/bin/)?(sh|bash|dash|zsh)""\s*[,)](?!\s*""(zsh|fish)"")|""-c""|new ProcessStartInfo\([^),]+,|Process\.Start\(\s*(\$|@)?""|\bArguments\s*=\s*[\$@""\w]")]
    private static partial Regex Shells();

    [GeneratedRegex(@"(Execute|Query|FirstOrDefault|ExecuteScalar)Async(<[^(]{1,60}>)?\(\s*\$""+")]
    private static partial Regex Statement();

    [GeneratedRegex(@"^([A-Z]\w*|Where\(filter\)|\([\w ]+\? ""[^""{}]*"" : ""[^""{}]*""\))$")]
    private static partial Regex OurOwn();
}

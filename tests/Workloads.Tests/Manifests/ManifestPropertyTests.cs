using FsCheck;
using FsCheck.Fluent;
using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

/// <summary>Whatever is sent, reading it ends, soon, with a manifest or with problems, and never with an exception.</summary>
public sealed class ManifestPropertyTests
{
    private const int Cases = 10_000;

    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ":", ": ", "- ", "\n", "\n  ", "\n    ", "&a ", "*a", "!!binary ", "|\n", ">\n", "'", "\"", "#", "?", "---\n", "...\n", "%YAML 1.1\n", "\t", "\0", "\u2028", "\ud800",
        "null", "~", "-1", "1e308", "NaN", "0x10", "99999999999999999999", "100%", "-5%", "5m", "1m1m", "99999d", "secret://x", "${PATH}", "../../etc", "<<: *a", "name", "process", "scaling", "metrics", "é", "𝄞",
    ];

    [Fact]
    public void Read_TenThousandMutationsOfAValidManifest_AlwaysGivesAManifestOrProblems()
    {
        var mutation =
            from position in Gen.Choose(0, Sample.Full.Length - 1)
            from removed in Gen.Choose(0, 12)
            from inserted in Gen.Elements(Fragments)
            select (Func<string, string>)(text =>
            {
                var at = Math.Min(position, text.Length);
                return string.Concat(text.AsSpan(0, at), inserted, text.AsSpan(Math.Min(text.Length, at + removed)));
            });
        var texts = from mutations in mutation.NonEmptyListOf() select mutations.Take(6).Aggregate(Sample.Full, (text, mutate) => mutate(text));
        CheckAll(texts);
    }

    [Fact]
    public void Read_TenThousandRandomTexts_AlwaysGivesAManifestOrProblems() =>
        CheckAll(Gen.OneOf(
            from characters in Gen.Choose(0, 0x2ff).Select(c => (char)c).ListOf() select string.Concat(characters),
            from pieces in Gen.Elements(Fragments).ListOf() select string.Concat(pieces)));

    [Fact]
    public void Read_TenThousandRandomTrees_AlwaysGivesAManifestOrProblems()
    {
        string[] members = ["name", "revision", "runtime", "process", "command", "workingDirectory", "env", "port", "health", "path", "interval", "resources", "cpu", "memory", "scaling", "min", "max", "metrics", "target", "behavior", "scaleUp", "policies", "rollout", "strategy", "steps", "analysis", "errorRate", "traffic", "hosts", "environment", "x"];
        Gen<string> Tree(int depth) => depth == 0
            ? Gen.Elements("1", "abc", "''", "~", "5m", "-3", "\"a\\n\"", "blueGreen", "canary")
            : Gen.OneOf(
                Tree(0),
                from items in Tree(depth - 1).ListOf() select "[" + string.Join(", ", items.Take(4)) + "]",
                from pairs in (from name in Gen.Elements(members) from value in Tree(depth - 1) select name + ": " + value).ListOf() select "{" + string.Join(", ", pairs.Take(8)) + "}");
        CheckAll(from pairs in (from name in Gen.Elements(members) from value in Tree(3) select name + ": " + value).NonEmptyListOf() select string.Join("\n", pairs.Take(12)));
    }

    private static void CheckAll(Gen<string> texts)
    {
        var start = TimeProvider.System.GetTimestamp();
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var result = ManifestReader.Read(text, "/srv/shop");
            Assert.True(result.Manifest is not null ^ result.Problems.Count > 0);
            Assert.All(result.Problems, p => Assert.True(p.Line >= 1 && p.Column >= 1 && p.Message.Length is > 0 and < 2000 && p.Expected.Length > 0 && p.Found.Length > 0));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(1913, 4711));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(120), "10,000 manifests took more than two minutes.");
    }
}

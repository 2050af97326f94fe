using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Platform.Contracts.Traffic;
using Platform.Gateway.Routers.Nginx;

namespace Platform.Gateway.Tests.Routers.Nginx;

public sealed class NginxConfigurationTests
{
    private static readonly NginxSettings Settings = new()
    {
        Folder = "/var/lib/platform/nginx",
        Listen = ["127.0.0.1:8081"],
        Status = "127.0.0.1:8082",
        Include = null,
        Forwarding = new GatewayOptions(),
        BodyLimit = 1 << 20,
    };

    /// <summary>What nginx's reader ends, begins or looks up by, and what its maps and logs mean something by.</summary>
    private static readonly Gen<string> Hostile = Gen.Elements(
        "\"", "'", ";", "{", "}", "$", "$host", "${host}", "\\", "\n", "\r", "\0", "#", " ", "~", "~*", "default", "include", "/etc/passwd", "*", "%", ")", "(", "\\z", "|", "é", "\u2028", "a", "V", "1", "-", "_", ".", "=", ",", "*/", "return 200;")
        .NonEmptyListOf().Select(parts => string.Concat(parts));

    private static readonly Gen<string> Name = Hostile.Select(text => text);

    /// <summary>
    /// Whatever a table says, its configuration has the very same directives, blocks and words per directive as a harmless table of its shape;
    /// so nothing in it was taken for more than a word.
    /// </summary>
    [Fact]
    public void Nothing_in_a_table_breaks_out_of_its_place()
    {
        var tables = from header in Name
                     from cookie in Name
                     from value in Name
                     from other in Name
                     from revision in Name
                     from prefix in Name
                     from host in Gen.Elements("a.example", "*.a.example")
                     select (header, cookie, value, other, revision, prefix: "/" + prefix, host);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(tables.ToArbitrary(), t =>
        {
            var table = Table(t.revision, t.header, t.value, t.cookie, t.other, t.prefix, t.host);
            if (NginxTable.Problems(table).Any())
            {
                // Then something in it was one of the few things that are looked at beforehand; the rest must still be harmless.
                table = Table(t.revision, "X-Group", t.value, t.cookie, t.other, "/shop", t.host);
                Assert.Empty(NginxTable.Problems(table));
            }

            var harmless = Table("r", "X-Group", "v", "c", "w", table.PathPrefix.EndsWith('/') && table.PathPrefix.TrimEnd('/').Length == 0 ? "/" : "/shop", t.host);
            var (wanted, found) = (NginxConfiguration.Of(harmless, Settings), NginxConfiguration.Of(table, Settings));
            Assert.Equal(wanted.Files.Keys, found.Files.Keys);
            foreach (var (path, content) in found.Files) Assert.Equal(Shape(wanted.Files[path]), Shape(content));
        }));
    }

    [Fact]
    public void Upstreams_of_different_revisions_have_different_names_even_where_case_is_ignored()
    {
        var pairs = Name.Two().Where(p => p.Item1 != p.Item2);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(pairs.ToArbitrary(), p =>
            Assert.NotEqual(NginxText.Name(p.Item1), NginxText.Name(p.Item2), StringComparer.OrdinalIgnoreCase)));
        Assert.NotEqual(NginxText.Name("V1"), NginxText.Name("v1"), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void Shares_are_whole_near_their_weights_and_none_is_lost()
    {
        var weights = Gen.Choose(1, 1_000_000).NonEmptyListOf().Where(l => l.Count <= 50).Select(l => l.ToArray());
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(weights.ToArbitrary(), w =>
        {
            var shares = NginxShares.Hundredths(w);
            Assert.Equal(10_000, shares.Sum());
            Assert.All(shares, s => Assert.True(s >= 1));
            var sum = w.Sum(x => (double)x);
            for (var i = 0; i < w.Length; i++) Assert.InRange(shares[i] - (w[i] * 10_000d / sum), -w.Length - 1, 2);
        }));
        Assert.Equal([3334, 3333, 3333], NginxShares.Hundredths([1, 1, 1]));
        Assert.Equal("0.50%", NginxShares.Text(50));
    }

    [Fact]
    public void A_change_of_weights_changes_one_file_so_that_it_takes_hold_as_a_whole()
    {
        var one = NginxConfiguration.Of(Table("r", "X-Group", "v", "c", "w", "/shop", "a.example"), Settings);
        var two = NginxConfiguration.Of(one.Table with { Generation = 2, Revisions = [.. one.Table.Revisions.Select(r => r with { Weight = r.Weight + 7 })] }, Settings);

        Assert.Equal(["applications/shop.conf"], one.Files.Where(f => two.Files[f.Key] != f.Value).Select(f => f.Key));
        Assert.NotEqual(one.Digest, two.Digest);
    }

    [Theory]
    [InlineData("x.example; return 200", "/", "X-A", "http://127.0.0.1:1", "host name")]
    [InlineData("a.example", "/a$b", "X-A", "http://127.0.0.1:1", "path prefix")]
    [InlineData("a.example", "/a b", "X-A", "http://127.0.0.1:1", "path prefix")]
    [InlineData("a.example", "/", "X_A", "http://127.0.0.1:1", "'X_A'")]
    [InlineData("a.example", "/", "X-A", "https://127.0.0.1:1", "http address")]
    public void What_nginx_cannot_be_given_is_refused_by_name(string host, string prefix, string header, string address, string expected)
    {
        var table = Table("r", header, "v", "c", "w", prefix, host);
        table = table with { Revisions = [table.Revisions[0] with { Replicas = [new ReplicaAddress { Id = "r", Address = new Uri(address) }] }] };

        Assert.Contains(expected, Assert.Single(NginxTable.Problems(table)), StringComparison.Ordinal);
    }

    private static RouteTable Table(string revision, string header, string value, string cookie, string other, string prefix, string host) => new()
    {
        Application = "shop",
        Generation = 1,
        Router = "nginx",
        Hosts = [host],
        PathPrefix = prefix,
        Sticky = revision,
        Rules = [new RouteRule { Header = header, Value = value, Revision = revision }, new RouteRule { Cookie = cookie, Value = other, Revision = revision }],
        Revisions =
        [
            new RevisionRoute { Revision = "stable", Weight = 9, Replicas = [new ReplicaAddress { Id = "a", Address = new Uri("http://127.0.0.1:1") }] },
            new RevisionRoute { Revision = revision == "stable" ? "stable2" : revision, Weight = 1, Mirror = 5, Replicas = [new ReplicaAddress { Id = "b", Address = new Uri("http://127.0.0.1:2") }] },
        ],
    };

    /// <summary>The directives as nginx's reader sees them (ngx_conf_read_token): blocks, and how many words each directive has.</summary>
    private static string Shape(string configuration)
    {
        var shape = new StringBuilder();
        var words = 0;
        for (var i = 0; i < configuration.Length; i++)
        {
            var c = configuration[i];
            if (char.IsWhiteSpace(c)) continue;
            if (c == '#')
            {
                while (i < configuration.Length && configuration[i] != '\n') i++;
                continue;
            }

            if (c is ';' or '{' or '}')
            {
                shape.Append(words).Append(c);
                words = 0;
                continue;
            }

            words++;
            if (c is '"' or '\'')
            {
                for (i++; configuration[i] != c; i++)
                {
                    Assert.False(char.IsControl(configuration[i]));
                    if (configuration[i] == '\\') i++;
                }

                // After a quoted word nginx wants white space, a semicolon, a brace or a bracket, nothing else.
                Assert.Contains(configuration[i + 1], " ;{\n)");
                continue;
            }

            while (i + 1 < configuration.Length && !char.IsWhiteSpace(configuration[i + 1]) && configuration[i + 1] is not (';' or '{'))
            {
                i++;
                if (configuration[i] == '$' && configuration[i + 1] == '{') i++;
            }
        }

        return shape.ToString();
    }
}

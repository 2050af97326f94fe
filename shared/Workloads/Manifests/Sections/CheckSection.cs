using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>An item of <c>pipeline.checks</c>: <c>{ name, http | postgres | redis | amqp | tcp, timeout, retries }</c></summary>
internal static class CheckSection
{
    private const string Kinds = "one of http, postgres, redis, amqp, tcp";
    private const string Endpoint = "host:port, such as 127.0.0.1:5432";

    public static CheckSpec Read(Section parent, YamlNode node, string path)
    {
        if (node is not YamlMapping mapping)
        {
            parent.Parsed(node, path, "", $"a section with a name and {Kinds}", Section.Text, _ => false);
            return new CheckSpec { Name = "" };
        }

        var section = new Section(mapping, node, path, parent.Problems);
        var check = new CheckSpec
        {
            Name = section.Required("name", "a name of lower-case letters, digits and '-', at most 63 characters", Rules.IsName),
            Http = Member(section, "http", "a path of the application such as /ready, or an address such as https://example.org/status", text => Rules.IsUrlPath(text) || HookSection.IsAddress(text)),
            Postgres = Reference(section, "postgres", allowed: _ => false, "secret://name, whose value is a connection string"),
            Redis = Reference(section, "redis", IsEndpoint, $"{Endpoint}, or secret://name"),
            Amqp = Member(section, "amqp", Endpoint, IsEndpoint),
            Tcp = Member(section, "tcp", Endpoint, IsEndpoint),
            Timeout = section.Value("timeout", new CheckSpec { Name = "" }.Timeout, $"{Duration.Expected}, from 10ms to 5m", Duration.TryParse, Rules.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5))),
            Retries = section.Value("retries", new CheckSpec { Name = "" }.Retries, "a whole number from 0 to 100", Rules.IsWhole, Rules.Between(0, 100)),
        };
        var kinds = ((string[])["http", "postgres", "redis", "amqp", "tcp"]).Where(section.Has).ToList();
        if (kinds.Count == 0) section.Missing("tcp", $"{Kinds} to say what is checked");
        else if (kinds.Count > 1) section.Conflict(kinds[1], Kinds, $"A check is of one kind; this one has {string.Join(", ", kinds)}. Make them checks of their own.");
        section.Close();
        return check;
    }

    /// <summary>Whether it is <c>host:port</c>; an IPv6 address stands in brackets.</summary>
    public static bool IsEndpoint(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && Rules.IsWhole(text[(colon + 1)..], out var port) && port is > 0 and <= 65535
            && (Rules.IsHost(text[..colon]) || text[0] == '[' && text[colon - 1] == ']' && System.Net.IPAddress.TryParse(text[1..(colon - 1)], out _));
    }

    private static string? Member(Section section, string member, string expected, Func<string, bool> valid) =>
        section.Value<string?>(member, null, expected, (string text, out string? value) => valid(value = text));

    /// <summary>What stands there may be a password: it is never repeated.</summary>
    public static string? Reference(Section section, string member, Func<string, bool> allowed, string expected)
    {
        switch (section.Find(member))
        {
            case null or YamlBroken:
                return null;
            case YamlScalar scalar when Rules.IsSecretReference(scalar.Text) || allowed(scalar.Text):
                return scalar.Text;
            case var other:
                section.Problems.Add(other, section.PathOf(member), expected, "a value that is not shown", $"Expected {expected}. A manifest holds references only, never a password.");
                return null;
        }
    }
}

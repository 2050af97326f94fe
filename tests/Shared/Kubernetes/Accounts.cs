using System.Collections.Concurrent;
using YamlDotNet.RepresentationModel;

namespace Platform.Testing.Kubernetes;

/// <summary>What somebody may do: a rule of a Role.</summary>
internal sealed record Rule(IReadOnlyList<string> Groups, IReadOnlyList<string> Resources, IReadOnlyList<string> Verbs)
{
    private int _used;

    /// <summary>Times it was what let somebody.</summary>
    public int Used => _used;

    public bool Allows(string group, string resource, string verb)
    {
        var allows = Groups.Contains(group) && Resources.Contains(resource) && Verbs.Contains(verb);
        if (allows) Interlocked.Increment(ref _used);
        return allows;
    }

    public override string ToString() => $"{string.Join("|", Verbs)} {string.Join("|", Resources)}";
}

/// <summary>Somebody who asks.</summary>
/// <param name="Name">As messages name them.</param>
/// <param name="Rules">What they may, by namespace; null: everything.</param>
internal sealed record Account(string Name, IReadOnlyDictionary<string, IReadOnlyList<Rule>>? Rules)
{
    public bool May(string? place, string group, string resource, string verb) =>
        Rules is null || Rules.GetValueOrDefault(place ?? "")?.Where(r => r.Allows(group, resource, verb)).ToList().Count > 0;
}

/// <summary>Who may ask: by token, or by a certificate of the cluster's authority.</summary>
internal sealed class Accounts
{
    private readonly ConcurrentDictionary<string, Account> _byToken = new(StringComparer.Ordinal);

    public string Admin { get; } = "admin-" + Guid.NewGuid().ToString("N");

    public Accounts() => _byToken[Admin] = new Account("admin", null);

    /// <summary>A service account that has a Role, as it stands in a manifest.</summary>
    /// <returns>Its token.</returns>
    public string Add(string place, string name, string yaml)
    {
        var token = "sa-" + Guid.NewGuid().ToString("N");
        _byToken[token] = new Account($"system:serviceaccount:{place}:{name}", new Dictionary<string, IReadOnlyList<Rule>> { [place] = RulesOf(yaml) });
        return token;
    }

    public Account? Of(string? token) => token is null ? null : _byToken.GetValueOrDefault(token);

    /// <summary>The rules of the Roles among the documents of a manifest.</summary>
    public static IReadOnlyList<Rule> RulesOf(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        static IReadOnlyList<string> Texts(YamlNode node, string name) => [.. ((YamlSequenceNode)node[name]).Select(n => ((YamlScalarNode)n).Value!)];
        return [.. stream.Documents.Select(d => (YamlMappingNode)d.RootNode)
            .Where(d => ((YamlScalarNode)d["kind"]).Value == "Role")
            .SelectMany(d => (YamlSequenceNode)d["rules"])
            .Select(rule => new Rule(Texts(rule, "apiGroups"), Texts(rule, "resources"), Texts(rule, "verbs")))];
    }
}

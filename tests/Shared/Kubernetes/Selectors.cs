using System.Text.Json.Nodes;
using Platform.Workloads.Runtimes.Kubernetes.Api;

namespace Platform.Testing.Kubernetes;

/// <summary>Label and field selectors of list and watch.</summary>
internal static class Selectors
{
    private static readonly Dictionary<string, string[]> FieldsOf = new()
    {
        ["Pod"] = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
        ["Event"] = ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"],
        ["Secret"] = ["type"],
        ["ReplicaSet"] = ["status.replicas"],
        ["Namespace"] = ["status.phase"],
    };

    public static Func<JsonObject, bool> Of(Kind kind, string? labels, string? fields)
    {
        var tests = new List<Func<JsonObject, bool>>();
        foreach (var term in Terms(labels)) tests.Add(Label(term));
        foreach (var term in (fields ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)) tests.Add(FieldTerm(kind, term));
        return item => tests.All(t => t(item));
    }

    public static bool Matches(JsonNode? selector, JsonNode? labels)
    {
        var given = labels.Texts();
        return selector.Texts("matchLabels").All(w => given.GetValueOrDefault(w.Key) == w.Value);
    }

    private static Func<JsonObject, bool> Label(string term)
    {
        static string? Given(JsonObject item, string name) => item.Texts("metadata", "labels").GetValueOrDefault(name);
        if (term.IndexOf(" in (", StringComparison.Ordinal) is var at and > 0)
        {
            var values = term[(at + 5)..].TrimEnd(')').Split(',');
            return item => values.Contains(Given(item, term[..at].Trim()));
        }

        if (term.Split("!=") is [var not, var other]) return item => Given(item, not.Trim()) != other.Trim();
        if (term.Split('=', StringSplitOptions.RemoveEmptyEntries) is [var name, var value]) return item => Given(item, name.Trim()) == value.Trim();
        if (term.StartsWith('!')) return item => Given(item, term[1..].Trim()) is null;
        return term.Contains('=') ? throw ApiError.BadRequest($"unable to parse requirement: {term}") : item => Given(item, term.Trim()) is not null;
    }

    private static Func<JsonObject, bool> FieldTerm(Kind kind, string term)
    {
        var isNot = term.Contains("!=");
        var parts = term.Split(isNot ? "!=" : "=", 2);
        var name = parts[0].Trim();
        if (name is not ("metadata.name" or "metadata.namespace") && !FieldsOf.GetValueOrDefault(kind.Name, []).Contains(name)) throw ApiError.BadRequest($"Unable to find \"{kind.GroupVersion}, Resource={kind.Plural}\" that match label selector \"\", field selector \"{term}\": field label not supported: {name}");
        var value = parts[^1].TrimStart('=').Trim();
        return item => (item.Text(name.Split('.')) ?? "") == value != isNot;
    }

    /// <summary>Commas within parentheses belong to their term.</summary>
    private static IEnumerable<string> Terms(string? text)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i <= (text?.Length ?? -1); i++)
        {
            if (i < text!.Length && text[i] is '(' or ')' && i < text.Length) depth += text[i] == '(' ? 1 : -1;
            if (i < text.Length && (text[i] != ',' || depth > 0)) continue;
            if (i > start) yield return text[start..i];
            start = i + 1;
        }
    }
}

using System.Reflection;
using Platform.Hosting.Configuration;
using Platform.Workloads.Manifests;

namespace Platform.CommandLine.Reference;

/// <summary>The manifest: what its reader takes, what its writer writes when nothing was said, what its records mean.</summary>
internal static class ManifestPage
{
    private const string Least = "name: shop\nrevision: v1\nprocess: { command: [shop] }\nmetrics: {}\n";

    public static string Write()
    {
        var page = new Markdown("The manifest", "the manifest's reader, writer and records");
        page.Paragraph("A YAML file that says what one revision of an application is. `./platform deploy FILE --dry-run` checks it: every problem at once, each with its line.");
        page.Paragraph("Durations are written `5m`, `1m30s`, `500ms` or `00:05:00`; sizes `256Mi`; CPU in cores, `0.5` or `500m`; shares `5%` or `0.05`. " +
            "A member that is not known is refused, with the nearest known name.");
        page.Heading(2, "The least").CodeBlock("yaml", ["name: shop", "revision: v1", "process: { command: [\"dotnet\", \"Shop.dll\"] }"]);
        page.Paragraph("is read as:").CodeBlock("yaml", ManifestWriter.Write(Parse(Least.Replace("[shop]", "[dotnet, Shop.dll]", StringComparison.Ordinal).Replace("metrics: {}\n", "", StringComparison.Ordinal))).TrimEnd().Split('\n'));
        Section(page, [], typeof(Manifest), Defaults());
        return page.ToString();
    }

    private static void Section(Markdown page, IReadOnlyList<string> path, Type type, IReadOnlyDictionary<string, string> defaults)
    {
        var members = ManifestProbe.Members(path);
        page.Heading(2, path.Count == 0 ? "Members" : Markdown.Code(string.Join('.', path).Replace(".[0]", "[]", StringComparison.Ordinal)));
        // "The `health` section." says nothing that the heading has not.
        if (path.Count > 0 && XmlDocumentation.Summary(type) is var text && text != $"The `{string.Join('.', path)}` section.") page.Paragraph(text);
        page.Table(["member", "what may stand there", "default", ""], members.Select(m => new[]
        {
            Markdown.Code(m.Name),
            (m.IsSection && !m.IsList ? "a section, see below" : m.Expected) + (m.IsRequired ? " (required)" : ""),
            Markdown.Code(m.IsRequired ? "" : defaults.GetValueOrDefault(string.Join('.', path.Append(m.Name)), "")),
            Property(type, m.Name) is { } property ? XmlDocumentation.Summary(property) : "",
        }));
        foreach (var member in members.Where(m => m.IsSection))
        {
            var inner = Property(type, member.Name) is { } property ? Inside(property.PropertyType) : typeof(object);
            Section(page, member.IsList ? [.. path, member.Name, "[0]"] : [.. path, member.Name], inner, defaults);
        }
    }

    /// <summary>The record's property of a member: by its name, or by its name and unit (<c>memory</c>, <c>MemoryBytes</c>).</summary>
    private static PropertyInfo? Property(Type type, string member) =>
        type.GetProperties().Where(p => p.Name.StartsWith(member, StringComparison.OrdinalIgnoreCase)).MinBy(p => p.Name.Length);

    private static Type Inside(Type type) => type.IsGenericType ? type.GetGenericArguments()[^1] : type;

    /// <summary>Path → the value that the writer writes for a manifest that says nothing about it.</summary>
    private static Dictionary<string, string> Defaults()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (var line in ManifestWriter.Write(Parse(Least)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = line.TrimStart(' ');
            var depth = (line.Length - text.Length) / 2;
            path.RemoveRange(depth, path.Count - depth);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            path.Add(text[..colon]);
            if (text[(colon + 1)..].Trim() is { Length: > 0 } value) values[string.Join('.', path)] = value;
        }

        return values;
    }

    private static Manifest Parse(string yaml) => ManifestReader.Read(yaml, null, ManifestDefaults.Of).Manifest
        ?? throw new InvalidOperationException("The least manifest of the documentation is not valid any more.");
}

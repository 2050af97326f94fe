using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Platform.Hosting.Configuration;

/// <summary>Reads the summaries that the compiler writes beside each assembly.</summary>
internal static partial class XmlDocumentation
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, string>> Assemblies = new();

    public static string Summary(Type type) => Find(type.Assembly, "T:" + type.FullName?.Replace('+', '.'));

    public static string Summary(PropertyInfo property) =>
        Find(property.DeclaringType!.Assembly, $"P:{property.DeclaringType.FullName?.Replace('+', '.')}.{property.Name}");

    private static string Find(Assembly assembly, string member) => Assemblies.GetOrAdd(assembly, Load).GetValueOrDefault(member, "");

    private static IReadOnlyDictionary<string, string> Load(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(file)) return new Dictionary<string, string>();
        using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader).Descendants("member").Where(m => m.Attribute("name") is not null && m.Element("summary") is not null)
            .ToDictionary(m => m.Attribute("name")!.Value, m => Text(m.Element("summary")!));
    }

    private static string Text(XElement summary)
    {
        foreach (var reference in summary.Descendants("see").ToArray())
        {
            var target = reference.Attribute("cref")?.Value ?? reference.Attribute("langword")?.Value ?? "";
            reference.ReplaceWith(target[(target.LastIndexOfAny(['.', ':']) + 1)..]);
        }

        foreach (var code in summary.Descendants("c").ToArray()) code.ReplaceWith($"`{code.Value}`");
        return Space().Replace(summary.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}

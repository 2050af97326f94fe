using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>
/// <c>volumes: { name: /path }</c>. Names only: whoever may have a folder of the machine mounted owns the machine, and a manifest is
/// written by people who own their application.
/// </summary>
internal static class VolumeSection
{
    private const int MostVolumes = 32;
    private const string ExpectedName = "the name of a volume: letters, digits, '.', '_' and '-', beginning with a letter or digit";
    private const string ExpectedPath = "an absolute path in the container, such as /var/lib/orders";

    public static SortedDictionary<string, string> Read(Section section)
    {
        var volumes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in section.Names())
        {
            var path = section.PathOf(member.Name);
            void Refuse(string expected, string message) =>
                section.Problems.Add(member.Line, member.Column, path, expected, $"'{ProblemList.Shorten(member.Value is YamlScalar scalar ? scalar.Text : member.Name)}'", message);
            section.Find(member.Name);
            if (!Rules.IsVolume(member.Name))
                section.Problems.Add(member.Line, member.Column, path, ExpectedName, $"'{ProblemList.Shorten(member.Name)}'", "Only volumes of the engine can be mounted, by their names; a folder of the machine cannot.");
            else if (member.Value is YamlBroken)
                continue;
            else if (member.Value is not YamlScalar { Text: var target } || !Rules.IsContainerPath(target))
                Refuse(ExpectedPath, $"Expected {ExpectedPath}, without '..' and not the root itself.");
            else if (volumes.ContainsValue(target))
                Refuse("another path", $"Two volumes cannot both be at {target}.");
            else if (volumes.Count == MostVolumes)
                Refuse($"at most {MostVolumes} volumes", $"A replica has at most {MostVolumes} volumes.");
            else
                volumes[member.Name] = target;
        }

        return volumes;
    }
}

using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>env</c> of whatever starts a replica: names and values, some of them references to secrets.</summary>
internal static class EnvironmentSection
{
    private const int LongestText = 32 * 1024;

    /// <summary>Whether it can be an argument or a variable's value.</summary>
    public static bool IsText(string text) => text.Length <= LongestText && !text.Contains('\0');

    public static SortedDictionary<string, string> Read(Section section)
    {
        var env = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in section.Names())
        {
            var path = section.PathOf(member.Name);
            // Values are never repeated in a problem: they may be secrets put in the wrong place.
            void Refuse(string expected, string message) => section.Problems.Add(member.Line, member.Column, path, expected, "a value that is not shown", message);
            section.Find(member.Name);
            if (!Rules.IsEnvironmentName(member.Name))
                section.Problems.Add(member.Line, member.Column, path, "letters, digits and '_', not starting with a digit", $"'{ProblemList.Shorten(member.Name)}'", "This is not a name of an environment variable.");
            else if (member.Name == "PORT" || member.Name.StartsWith("PLATFORM_", StringComparison.Ordinal))
                Refuse("another name", $"{member.Name} is set by the platform; choose another name.");
            else if (member.Value is YamlBroken)
                continue;
            else if (member.Value is not YamlScalar scalar || !IsText(scalar.Text))
                Refuse("text without NUL", "The value of an environment variable is one text of at most 32 KiB.");
            else if (scalar.Text.StartsWith(Rules.SecretScheme, StringComparison.OrdinalIgnoreCase) ? !Rules.IsSecretReference(scalar.Text) : scalar.Text.Contains(Rules.SecretScheme, StringComparison.OrdinalIgnoreCase))
                Refuse("secret://name", "A secret reference is the whole value: secret://name, the name of letters, digits, '.', '_' and '-'.");
            else if (scalar.Text.Length > 0 && Rules.LooksSecret(member.Name) && !Rules.IsSecretReference(scalar.Text))
                Refuse("secret://name", $"{member.Name} looks like a secret; a manifest holds references only: secret://name.");
            else
                env[member.Name] = scalar.IsNull ? "" : scalar.Text;
        }

        return env;
    }
}

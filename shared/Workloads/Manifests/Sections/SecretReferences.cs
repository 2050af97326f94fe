using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>Secrets stand in a manifest only as references, and only where they are resolved: in the values of <c>process.env</c>.</summary>
internal static class SecretReferences
{
    private const string Allowed = "process.env.";

    public static void CheckPlaces(YamlNode node, string path, ProblemList problems)
    {
        switch (node)
        {
            case YamlMapping mapping:
                foreach (var member in mapping.Members) CheckPlaces(member.Value, YamlTree.Join(path, member.Name), problems);
                break;
            case YamlSequence sequence:
                for (var i = 0; i < sequence.Items.Count; i++) CheckPlaces(sequence.Items[i], $"{path}[{i}]", problems);
                break;
            case YamlScalar scalar when scalar.Text.Contains(Rules.SecretScheme, StringComparison.OrdinalIgnoreCase) && !path.StartsWith(Allowed, StringComparison.Ordinal):
                problems.Add(node, path, "a plain value", "a secret reference", "Secrets are passed in process.env only: put the reference there and read it from the environment.");
                break;
        }
    }
}

using System.Text.RegularExpressions;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>Secrets stand in a manifest only as references, and only where they are resolved: in the values of <c>env</c> and of headers, as a registry's and a broker's password, and as a check's connection.</summary>
internal static partial class SecretReferences
{
    private static readonly string[] Allowed = ["process.env.", "docker.env.", "docker.registry.password"];

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
            case YamlScalar scalar when scalar.Text.Contains(Rules.SecretScheme, StringComparison.OrdinalIgnoreCase) && !IsAllowed(path):
                problems.Add(node, path, "a plain value", "a secret reference", "Secrets are passed in process.env or docker.env only (in the pipeline: in env, in headers and to checks): put the reference there and read it from the environment.");
                break;
        }
    }

    private static bool IsAllowed(string path) =>
        Allowed.Any(place => path.StartsWith(place, StringComparison.Ordinal)) || Headers().IsMatch(path) || OfScaling().IsMatch(path) || OfPipeline().IsMatch(path);

    [GeneratedRegex(@"\Arollout\.analysis\.metrics\[[0-9]+\]\.(web|prometheus)\.headers\.")]
    private static partial Regex Headers();

    [GeneratedRegex(@"\Ascaling\.metrics\[[0-9]+\]\.(prometheus\.headers\.|rabbitmq\.password\z)")]
    private static partial Regex OfScaling();

    [GeneratedRegex(@"\Apipeline\.((prepare|tests|hooks\[\d+\])\.(undo\.)?env\.|hooks\[\d+\]\.headers\.|checks\[\d+\]\.(postgres|redis)\z)")]
    private static partial Regex OfPipeline();
}

using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary><c>steps: [1, { weight: 10, pause: untilPromoted, replicas: 2, mirror: 20 }, 100]</c></summary>
internal static class CanarySteps
{
    private const string Expected = "steps whose weights do not fall and end at 100, such as [1, 10, { weight: 50, pause: 10m }, 100]";
    internal const string WeightExpected = "a whole number from 0 to 100, without %";
    private const string UntilPromoted = "untilPromoted";
    private const int Most = 100;
    private const int Unreadable = -1;

    public static IReadOnlyList<CanaryStep> Read(Section section, IReadOnlyList<CanaryStep> defaults)
    {
        if (section.Find("steps") is null) return defaults;
        var steps = section.List("steps", Expected, (node, path) => Step(section, node, path));
        if (section.Find("steps") is not YamlSequence || steps.Any(s => s.Weight == Unreadable)) return defaults;
        if (steps.Count is 0 or > Most || steps[^1].Weight != 100 || steps.Zip(steps.Skip(1)).Any(pair => pair.First.Weight > pair.Second.Weight || pair.First.Weight == 100))
        {
            section.Conflict("steps", Expected, $"Expected {Expected}.");
            return defaults;
        }

        return steps;
    }

    private static CanaryStep Step(Section section, YamlNode node, string path)
    {
        if (node is not YamlMapping mapping)
            return new CanaryStep { Weight = section.Parsed(node, path, Unreadable, $"{WeightExpected}, or a section with the member weight", Rules.IsWhole, Rules.Between(0, 100)) };

        var step = new Section(mapping, node, path, section.Problems);
        if (!step.Has("weight")) step.Missing("weight", WeightExpected);
        var pause = step.Value("pause", "", $"{Duration.Expected}, from 1s to 7d, or {UntilPromoted}", Section.Text, IsPause);
        var read = new CanaryStep
        {
            Weight = step.Value("weight", Unreadable, WeightExpected, Rules.IsWhole, Rules.Between(0, 100)),
            Pause = Duration.TryParse(pause, out var span) ? span : pause == UntilPromoted ? TimeSpan.Zero : null,
            UntilPromoted = pause == UntilPromoted,
            Replicas = step.Optional<ReplicaShare>("replicas", "a number of replicas (0 to 1000) or a percentage such as 25%", RolloutSection.Share),
            Mirror = step.Value("mirror", 0, WeightExpected, Rules.IsWhole, Rules.Between(0, 100)),
            Analysis = AnalysisSection.Names(step, "analysis"),
        };
        step.Close();
        return read;
    }

    private static bool IsPause(string text) =>
        text == UntilPromoted || (Duration.TryParse(text, out var span) && span >= TimeSpan.FromSeconds(1) && span <= TimeSpan.FromDays(7));
}

using Platform.Workloads.Manifests;

namespace Platform.Workloads.Tests.Manifests;

public sealed class ManifestDefaultsTests
{
    private const string Least = "name: shop\nrevision: v1\nprocess: { command: [shop] }\n";
    private static readonly ManifestDefaults Quiet = new() { MinReplicas = 3, MaxReplicas = 5, Autoscaling = false, Judge = JudgeNames.None };

    [Theory]
    [InlineData("", 3, 5)]
    [InlineData("scaling: { min: 2 }\n", 2, 5)]
    [InlineData("scaling: { min: 9 }\n", 9, 9)]
    [InlineData("scaling: { max: 1 }\n", 1, 1)]
    [InlineData("scaling: { min: 0, max: 50 }\n", 0, 50)]
    public void Read_WhatTheManifestSays_GoesBeforeTheEnvironment(string scaling, int min, int max)
    {
        var read = Read(Least + scaling).Scaling;

        Assert.Equal((min, max), (read.Min, read.Max));
    }

    [Theory]
    [InlineData("scaling: { metrics: [ { name: cpu, target: 50% } ] }\n", 0, JudgeNames.None)]
    [InlineData("scaling: { automatic: true, metrics: [ { name: cpu, target: 50% } ] }\nrollout: { analysis: { judge: kayenta } }\n", 1, JudgeNames.Kayenta)]
    public void Read_AutomaticScalingAndJudge_AreTheEnvironmentsWhereNothingIsSaid(string sections, int metrics, string judge)
    {
        var read = Read(Least + sections);

        Assert.Equal((metrics, judge), (read.Scaling.Metrics.Count, read.Rollout.Analysis.Judge));
    }

    [Fact]
    public void Read_AsksForTheEnvironmentThatIsNamed_OrTheLast()
    {
        var asked = new List<string>();
        foreach (var environment in new[] { "environment: staging\n", "", "environment: moon\n" })
            ManifestReader.Read(Least + environment, null, name => { asked.Add(name); return Quiet; });

        Assert.Equal(["staging", "production", "production"], asked);
    }

    private static Manifest Read(string yaml) => ManifestReader.Read(yaml, null, _ => Quiet).Manifest!;
}

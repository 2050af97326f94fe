using Platform.CommandLine.Commands;
using Platform.Workloads.Manifests;

namespace Platform.CommandLine.Tests.Commands;

public sealed class ManifestFileTests
{
    [Theory]
    [InlineData("name: a\nrevision: v1\nprocess:\n  command: [\"x\"]\n  workingDirectory: out # here\nport: 0\n")]
    [InlineData("name: a\nrevision: v1\nprocess:\n  workingDirectory: 'out'\n  command: [\"x\"]\n")]
    [InlineData("name: a\nrevision: v1\nprocess:\n  command: [\"x\"]\n  env: { A: b }\n")]
    [InlineData("name: a\nrevision: v1\nprocess: { command: [\"x\"], workingDirectory: ./out }\n")]
    [InlineData("name: a\nrevision: v1\nprocess: { command: [\"x\"] }\nenvironment: staging\n")]
    [InlineData("{ name: a, revision: v1, process: { command: [\"x\"] } }")]
    public void WithWorkingDirectory_AnyWayOfWriting_StaysTheSameManifestOtherwise(string yaml)
    {
        const string folder = "/srv/with \"quotes\"/and spaces";
        var before = ManifestReader.Read(yaml, "/srv").Manifest!;
        var after = ManifestReader.Read(ManifestFile.WithWorkingDirectory(yaml, folder), null);
        Assert.Empty(after.Problems);
        Assert.Equal(folder, after.Manifest!.Process!.WorkingDirectory);
        Assert.Equal(before.Process!.Command, after.Manifest.Process.Command);
        Assert.Equal(before.Process.Env, after.Manifest.Process.Env);
        Assert.Equal(before.Environment, after.Manifest.Environment);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    [InlineData("v3")]
    public async Task Read_SampleManifest_IsValidAndPointsAtTheSample(string revision)
    {
        var file = Path.Combine(SampleFolder.Find(), $"storefront-{revision}.yaml");
        var read = await ManifestFile.ReadAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(revision, read.Manifest.Revision);
        Assert.Contains($"workingDirectory: \"{Path.Combine(SampleFolder.Find(), "Storefront/bin/Release/net10.0")}\"", read.Yaml);
    }
}

using Platform.Workloads.Manifests;

namespace Workloads.Tests.Manifests;

public sealed class PipelineSectionTests
{
    [Fact]
    public void Read_NoPipeline_IsEmpty()
    {
        var pipeline = ManifestReader.Read("{ name: a, revision: b, process: { command: [x] } }", null).Manifest!.Pipeline;

        Assert.Null(pipeline.Prepare);
        Assert.Empty(pipeline.Hooks);
    }

    [Fact]
    public void Read_TheLeast_GivesTheDefaults()
    {
        var pipeline = ManifestReader.Read(
            "{ name: a, revision: b, process: { command: [x] }, pipeline: { prepare: { command: [m] }, checks: [ { name: db, tcp: '127.0.0.1:5432' } ], hooks: [ { after: shift, http: 'https://example.org/' } ] } }",
            "/srv/shop").Manifest!.Pipeline;

        Assert.Equal(TimeSpan.FromMinutes(10), pipeline.Prepare!.TimeLimit);
        Assert.Equal((TimeSpan.FromSeconds(5), 3), (pipeline.Checks[0].Timeout, pipeline.Checks[0].Retries));
        Assert.Equal((TimeSpan.FromSeconds(30), false, false), (pipeline.Hooks[0].TimeLimit, pipeline.Hooks[0].IsOptional, pipeline.Hooks[0].IsBefore));
    }

    [Theory]
    [InlineData("prepare: { }", "pipeline.prepare.command", "missing")]
    [InlineData("prepare: { command: migrate }", "pipeline.prepare.command", "a list of the program")]
    [InlineData("prepare: { command: [m], timeLimit: 2d }", "pipeline.prepare.timeLimit", "from 1s to 1d")]
    [InlineData("prepare: { command: [m], undo: { command: [m], undo: { command: [m] } } }", "pipeline.prepare.undo.undo", "is not a member here")]
    [InlineData("prepare: { command: [m], env: { PLATFORM_JOB: x } }", "pipeline.prepare.env.PLATFORM_JOB", "set by the platform")]
    [InlineData("prepare: { command: [m], env: { DB_PASSWORD: hunter2 } }", "pipeline.prepare.env.DB_PASSWORD", "looks like a secret")]
    [InlineData("prepare: { command: [m, secret://x] }", "pipeline.prepare.command[1]", "Secrets are passed in")]
    [InlineData("prepare: { command: [m], image: shop }", "pipeline.prepare.image", "run on the machine")]
    [InlineData("prepare: { command: [m], workingDirectory: ../.. }", "pipeline.prepare.workingDirectory", "under the manifest's own folder")]
    [InlineData("build: { }", "pipeline.build", "has no image to build")]
    [InlineData("push: { }", "pipeline.push", "has no image to push")]
    [InlineData("checks: [ { tcp: 'a:1' } ]", "pipeline.checks[0].name", "missing")]
    [InlineData("checks: [ { name: a } ]", "pipeline.checks[0].tcp", "one of http, postgres")]
    [InlineData("checks: [ { name: a, tcp: 'a:1', http: /x } ]", "pipeline.checks[0].tcp", "of one kind")]
    [InlineData("checks: [ { name: a, tcp: a } ]", "pipeline.checks[0].tcp", "host:port")]
    [InlineData("checks: [ { name: a, postgres: 'Host=db;Password=hunter2' } ]", "pipeline.checks[0].postgres", "never a password")]
    [InlineData("checks: [ { name: a, redis: 'redis://:hunter2@cache' } ]", "pipeline.checks[0].redis", "never a password")]
    [InlineData("checks: [ { name: a, tcp: 'a:1' }, { name: a, tcp: 'b:1' } ]", "pipeline.checks", "2 checks named 'a'")]
    [InlineData("hooks: [ { http: 'https://example.org' } ]", "pipeline.hooks[0].before", "before or after")]
    [InlineData("hooks: [ { before: shift, after: shift, command: [x] } ]", "pipeline.hooks[0].after", "make two of it")]
    [InlineData("hooks: [ { before: lunch, command: [x] } ]", "pipeline.hooks[0].before", "one of validate")]
    [InlineData("hooks: [ { before: shift } ]", "pipeline.hooks[0].command", "missing")]
    [InlineData("hooks: [ { before: shift, http: 'https://example.org', command: [x] } ]", "pipeline.hooks[0].http", "make two of it")]
    [InlineData("hooks: [ { before: shift, http: 'ftp://example.org' } ]", "pipeline.hooks[0].http", "an address such as")]
    [InlineData("hooks: [ { before: shift, http: 'https://me:hunter2@example.org' } ]", "pipeline.hooks[0].http", "an address such as")]
    [InlineData("hooks: [ { before: shift, http: 'https://example.org', headers: { Authorization: hunter2 } } ]", "pipeline.hooks[0].headers.Authorization", "carries a secret")]
    [InlineData("hooks: [ { before: shift, http: 'https://example.org', env: { A: b } } ]", "pipeline.hooks[0].env", "belongs to a command")]
    [InlineData("deploy: { }", "pipeline.deploy", "is not a member here")]
    public void Read_AMistake_IsReportedAtItsPath(string pipeline, string path, string message)
    {
        var problems = ManifestReader.Read($"{{ name: shop, revision: v1, process: {{ command: [x] }}, pipeline: {{ {pipeline} }} }}", "/srv/shop").Problems;

        Assert.Contains(problems, p => p.Path == path && p.Message.Contains(message, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, p => p.ToString().Contains("hunter2", StringComparison.Ordinal) || p.Found.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_ACommandForACluster_IsRefused() => Assert.Contains(
        ManifestReader.Read("{ name: shop, revision: v1, runtime: kubernetes, docker: { image: shop }, pipeline: { tests: { command: [x] } } }", "/srv/shop").Problems,
        p => p.Path == "pipeline.tests.command" && p.Message.Contains("do not run in a cluster", StringComparison.Ordinal));

    [Theory]
    [InlineData("image: 'shop:v1'", "build: { dockerfile: ../Dockerfile }", "pipeline.build.dockerfile", "below the context")]
    [InlineData("image: 'shop:v1'", "build: { dockerfile: a, publish: Shop.dll }", "pipeline.build.publish", "leave one of the two out")]
    [InlineData("image: 'shop:v1'", "build: { baseImage: a }", "pipeline.build.baseImage", "say publish")]
    [InlineData("image: 'shop:v1'", "build: { publish: Shop.exe }", "pipeline.build.publish", "Shop.dll")]
    [InlineData("image: 'shop:v1'", "build: { args: { API_KEY: x } }", "pipeline.build.args.API_KEY", "can be read in the image")]
    [InlineData("image: 'shop:latest'", "build: { }", "pipeline.build", "docker.image: shop:v1")]
    [InlineData("image: shop", "build: { }", "pipeline.build", "docker.image: shop:v1")]
    [InlineData("image: shop", "tests: { command: [x], workingDirectory: x }", "pipeline.tests.workingDirectory", "run where their image says")]
    public void Read_AMistakeAboutImages_IsReportedAtItsPath(string docker, string pipeline, string path, string message)
    {
        var problems = ManifestReader.Read($"{{ name: shop, revision: v1, runtime: docker, docker: {{ {docker} }}, pipeline: {{ {pipeline} }} }}", "/srv/shop").Problems;

        Assert.Contains(problems, p => p.Path == path && p.Message.Contains(message, StringComparison.Ordinal));
    }
}

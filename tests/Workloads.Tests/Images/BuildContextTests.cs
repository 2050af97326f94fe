using System.Formats.Tar;
using Platform.Workloads.Images;
using Platform.Workloads.Manifests;

namespace Workloads.Tests.Images;

public sealed class BuildContextTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("build-context-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task WriteAsync_AFolder_SendsWhatIsNotIgnoredAndFollowsNoLink()
    {
        File("Dockerfile", "FROM x");
        File(".dockerignore", "secret*\nout/**\n!out/app.dll\nDockerfile");
        File("secret.key", "x");
        File("out/app.dll", "x");
        File("out/app.pdb", "x");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "elsewhere"), "/etc");

        var entries = await EntriesAsync(new BuildSpec { Context = _folder.FullName });

        // The Dockerfile and the ignore file are the engine's to leave out: it reads them first.
        Assert.Equal([".dockerignore", "Dockerfile", "elsewhere", "out/", "out/app.dll"], entries.Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.Equal(TarEntryType.SymbolicLink, entries.Single(e => e.Name == "elsewhere").EntryType);
    }

    [Fact]
    public async Task WriteAsync_APublishedFolder_AddsADockerfileThatRunsAsNobodyInParticular()
    {
        File("Shop.dll", "x");

        var entries = await EntriesAsync(new BuildSpec { Context = _folder.FullName, Publish = "Shop.dll", BaseImage = "base:1" });

        Assert.Contains(entries, e => e.Name == BuildContext.Generated);
        Assert.Contains("FROM base:1\n", BuildContext.PublishedImage("Shop.dll", "base:1"));
        Assert.Contains("USER 10001:10001", BuildContext.PublishedImage("Shop.dll", "base:1"));
    }

    [Fact]
    public async Task WriteAsync_TheSameFolderTwice_IsTheSameToTheByte()
    {
        File("Dockerfile", "FROM x");
        File("b/c", "1");
        File("a", "2");
        var spec = new BuildSpec { Context = _folder.FullName };
        using var first = new MemoryStream();
        using var second = new MemoryStream();

        await new BuildContext(spec).WriteAsync(first, TestContext.Current.CancellationToken);
        System.IO.File.SetLastWriteTimeUtc(Path.Combine(_folder.FullName, "a"), DateTime.UnixEpoch.AddYears(40));
        await new BuildContext(spec).WriteAsync(second, TestContext.Current.CancellationToken);

        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Fact]
    public void Problem_WhatIsNotThere_IsNamed()
    {
        Assert.Contains("does not exist", new BuildContext(new BuildSpec { Context = "/no/such/folder" }).Problem());
        Assert.Contains("'Dockerfile' is not in", new BuildContext(new BuildSpec { Context = _folder.FullName }).Problem());
        Assert.Contains("dotnet publish", new BuildContext(new BuildSpec { Context = _folder.FullName, Publish = "Shop.dll" }).Problem());
    }

    private void File(string path, string text)
    {
        var file = Path.Combine(_folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        System.IO.File.WriteAllText(file, text);
    }

    private static async Task<List<TarEntry>> EntriesAsync(BuildSpec spec)
    {
        using var stream = new MemoryStream();
        await new BuildContext(spec).WriteAsync(stream, TestContext.Current.CancellationToken);
        stream.Position = 0;
        using var reader = new TarReader(stream);
        var entries = new List<TarEntry>();
        while (await reader.GetNextEntryAsync() is { } entry) entries.Add(entry);
        return entries;
    }
}

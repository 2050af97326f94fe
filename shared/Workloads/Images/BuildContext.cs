using System.Formats.Tar;
using System.Text;
using Platform.Workloads.Manifests;

namespace Platform.Workloads.Images;

/// <summary>
/// What is sent to the engine to build from: a folder as a tar, less what its <c>.dockerignore</c> leaves out. Links are sent as links and never
/// followed; owners and times are left out, so that the same files give the same layers.
/// </summary>
internal sealed class BuildContext(BuildSpec spec)
{
    /// <summary>The Dockerfile of a published folder, which none of its files is called.</summary>
    public const string Generated = ".platform.Dockerfile";

    private const string IgnoreFile = ".dockerignore";
    private const int MostFiles = 100_000;
    private const long MostBytes = 8L << 30;
    private const UnixFileMode FolderMode = (UnixFileMode)0b111_101_101, PlainMode = (UnixFileMode)0b110_100_100, Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The Dockerfile's name in the tar.</summary>
    public string Dockerfile => spec.Publish is null ? spec.Dockerfile : Generated;

    /// <summary>Why it cannot be built from; null: it can.</summary>
    public string? Problem() =>
        !Directory.Exists(spec.Context) ? $"the folder '{spec.Context}' does not exist (pipeline.build.context)"
        : spec.Publish is { } assembly && !File.Exists(Path.Combine(spec.Context, assembly)) ? $"'{assembly}' is not in '{spec.Context}': publish the application first (dotnet publish -o), and name its assembly"
        : spec.Publish is null && !File.Exists(Path.Combine(spec.Context, spec.Dockerfile)) ? $"'{spec.Dockerfile}' is not in '{spec.Context}' (pipeline.build.dockerfile)"
        : null;

    /// <summary>Writes it.</summary>
    /// <exception cref="ImageException">It is too large.</exception>
    public async Task WriteAsync(Stream stream, CancellationToken ct)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        var ignoreFile = Path.Combine(spec.Context, IgnoreFile);
        var rules = new IgnoreRules(File.Exists(ignoreFile) ? await File.ReadAllTextAsync(ignoreFile, ct) : "");
        var (files, bytes) = (0, 0L);
        foreach (var (path, file) in Entries(new DirectoryInfo(spec.Context), "", rules))
        {
            ct.ThrowIfCancellationRequested();
            if (++files > MostFiles) throw new ImageException($"'{spec.Context}' has more than {MostFiles:N0} files; leave some out with a {IgnoreFile}.");
            if (file is FileInfo { LinkTarget: null, Length: var length } && (bytes += length) > MostBytes)
                throw new ImageException($"'{spec.Context}' has more than {MostBytes >> 30} GiB; leave some out with a {IgnoreFile}.");
            await AddAsync(tar, path, file, ct);
        }

        if (spec.Publish is not { } publish) return;
        await AddTextAsync(tar, Generated, PublishedImage(publish, spec.BaseImage), ct);
        await AddTextAsync(tar, IgnoreFile, $"{Generated}\n{IgnoreFile}\n", ct);
    }

    /// <summary>The Dockerfile of a published folder: nobody in particular runs it, and it writes nothing below the root but <c>/tmp</c>.</summary>
    public static string PublishedImage(string assembly, string baseImage) =>
        $"""
        FROM {baseImage}
        WORKDIR /app
        COPY . ./
        ENV DOTNET_EnableDiagnostics=0 DOTNET_RUNNING_IN_CONTAINER=true
        USER 10001:10001
        ENTRYPOINT ["dotnet", "{assembly}"]

        """;

    /// <summary>Sorted, so that the same folder is the same tar.</summary>
    private IEnumerable<(string Path, FileSystemInfo File)> Entries(DirectoryInfo folder, string prefix, IgnoreRules rules)
    {
        foreach (var file in folder.EnumerateFileSystemInfos().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var path = prefix + file.Name;
            // The engine reads these two itself, whatever they say of themselves.
            var isKept = path == IgnoreFile ? spec.Publish is null : path == Dockerfile || !rules.LeavesOut(path);
            var isFolder = file is DirectoryInfo { LinkTarget: null };
            if (isKept && (isFolder || file is FileInfo || file.LinkTarget is not null)) yield return (path, file);
            if (!isFolder || !isKept && !rules.TakesBack && !Dockerfile.StartsWith(path + "/", StringComparison.Ordinal)) continue;
            foreach (var below in Entries((DirectoryInfo)file, path + "/", rules)) yield return below;
        }
    }

    private static async Task AddAsync(TarWriter tar, string path, FileSystemInfo file, CancellationToken ct)
    {
        if (file.LinkTarget is { } target)
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target, ModificationTime = DateTimeOffset.UnixEpoch }, ct);
        }
        else if (file is DirectoryInfo)
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, path + "/") { Mode = FolderMode, ModificationTime = DateTimeOffset.UnixEpoch }, ct);
        }
        else if (IsRegular(file))
        {
            await using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var mode = PlainMode | ((file.UnixFileMode & UnixFileMode.UserExecute) != 0 ? Executable : UnixFileMode.None);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = content }, ct);
        }
    }

    private static Task AddTextAsync(TarWriter tar, string path, string text, CancellationToken ct) => tar.WriteEntryAsync(
        new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = PlainMode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) }, ct);

    /// <summary>A pipe or a device would be read for ever.</summary>
    private static bool IsRegular(FileSystemInfo file) => (file.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) == 0 && file.Exists;
}

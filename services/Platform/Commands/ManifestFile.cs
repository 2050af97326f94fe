using Platform.CommandLine.Rendering;
using Platform.Workloads.Manifests;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Platform.CommandLine.Commands;

/// <summary>A manifest as it is sent: read, found valid, its working directory absolute, since the platform does not know the file's folder.</summary>
internal sealed record ManifestFile(string Path, Manifest Manifest, string Yaml)
{
    /// <summary>Reads and checks a file, or standard input for <c>-</c>. Its problems, all of them, are the failure's message.</summary>
    public static async Task<ManifestFile> ReadAsync(string path, CancellationToken ct)
    {
        string yaml;
        try
        {
            yaml = path == "-" ? await Console.In.ReadToEndAsync(ct) : await File.ReadAllTextAsync(path, ct);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Usage, $"{path} cannot be read: {unreadable.Message}", "Name a manifest, for example: platform deploy samples/storefront-v1.yaml");
        }

        var folder = path == "-" ? Directory.GetCurrentDirectory() : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        var result = ManifestReader.Read(yaml, folder, ManifestDefaults.Of);
        return result.Manifest is { } manifest
            ? new ManifestFile(path, manifest, WithWorkingDirectory(yaml, manifest.Process?.WorkingDirectory ?? folder))
            : throw new ManifestInvalid(path == "-" ? "standard input" : path, yaml, result.Problems);
    }

    /// <summary>Replaces the value of <c>process.workingDirectory</c> in a valid manifest, or adds it; everything else stays as it was written.</summary>
    internal static string WithWorkingDirectory(string yaml, string directory)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        if (stream.Documents[0].RootNode is not YamlMappingNode root || Member(root, "process") is not YamlMappingNode process) return yaml;
        var quoted = "\"" + directory.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
        if (Member(process, "workingDirectory") is { } present)
            return string.Concat(yaml.AsSpan(0, (int)present.Start.Index), quoted, yaml.AsSpan((int)present.End.Index));

        var first = process.Children[0].Key.Start;
        var separator = process.Style == MappingStyle.Flow ? ", " : "\n" + new string(' ', (int)first.Column - 1);
        return string.Concat(yaml.AsSpan(0, (int)first.Index), $"workingDirectory: {quoted}{separator}", yaml.AsSpan((int)first.Index));
    }

    private static YamlNode? Member(YamlMappingNode mapping, string name) =>
        mapping.Children.FirstOrDefault(child => child.Key is YamlScalarNode key && key.Value == name).Value;
}

/// <summary>A manifest with problems; carries the listing a person reads and the problems a program does.</summary>
internal sealed class ManifestInvalid(string file, string yaml, IReadOnlyList<ManifestProblem> problems) : Exception($"{problems.Count} problems in {file}")
{
    public string File => file;

    public IReadOnlyList<ManifestProblem> Problems => problems;

    public string Listing => ManifestListing.Of(file, yaml, problems);
}

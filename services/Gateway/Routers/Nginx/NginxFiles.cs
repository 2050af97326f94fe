using System.Text;
using System.Text.Json;
using Platform.Effects;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>
/// The generated files on disk. A change of several is undone as a whole: what stood there before is written down first and forgotten when nginx
/// has read the new ones without complaint, so that whoever is killed between leaves nothing that nginx could not start with for long.
/// </summary>
internal sealed class NginxFiles(string folder, IEffects effects)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // Hidden, so that no include of nginx's takes it for a configuration.
    private readonly string _undo = Path.Combine(folder, ".undo.json");

    /// <summary>Those of the wanted files that stand there differently, or not at all, and those of the application's that are not wanted (null).</summary>
    public IReadOnlyDictionary<string, string?> Differences(string application, IReadOnlyDictionary<string, string> wanted)
    {
        var differences = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (path, content) in wanted)
        {
            if (Read(path) != content) differences[path] = content;
        }

        foreach (var path in Present(application).Where(p => !wanted.ContainsKey(p))) differences[path] = null;
        return differences;
    }

    /// <summary>Writes what differs. Until <see cref="Keep"/>, <see cref="Undo"/> takes it back.</summary>
    public void Replace(IReadOnlyDictionary<string, string?> differences)
    {
        Directory.CreateDirectory(Path.Combine(folder, "logs"));
        var before = differences.Keys.ToDictionary(p => p, Read, StringComparer.Ordinal);
        DurableFile.Write(effects, _undo, JsonSerializer.SerializeToUtf8Bytes(before));
        Put(differences);
    }

    /// <summary>The change stays.</summary>
    public void Keep() => Delete(_undo);

    /// <summary>Takes back a change that was not kept, by whomever.</summary>
    /// <returns>False: there was none.</returns>
    public bool Undo()
    {
        if (!File.Exists(_undo)) return false;
        Put(JsonSerializer.Deserialize<Dictionary<string, string?>>(File.ReadAllBytes(_undo))!);
        Delete(_undo);
        return true;
    }

    /// <summary>When the application's routing was written; null: it is not there.</summary>
    public DateTimeOffset? WrittenAt(string application)
    {
        var file = new FileInfo(Path.Combine(folder, "applications", $"{application}.conf"));
        return file.Exists ? file.LastWriteTimeUtc : null;
    }

    /// <summary>The application's files.</summary>
    private IEnumerable<string> Present(string application)
    {
        foreach (var name in new[] { $"applications/{application}.conf", $"applications/{application}.location" })
        {
            if (File.Exists(Path.Combine(folder, name))) yield return name;
        }

        var hosts = Path.Combine(folder, "hosts");
        if (!Directory.Exists(hosts)) yield break;
        foreach (var host in Directory.EnumerateDirectories(hosts).Select(Path.GetFileName))
        {
            if (!File.Exists(Path.Combine(hosts, host!, $"{application}.conf"))) continue;
            yield return $"hosts/{host}/{application}.conf";
            // The server goes with the last application it serves.
            if (host != NginxConfiguration.AnyHost && Directory.EnumerateFiles(Path.Combine(hosts, host!), "*.conf").Count() == 1) yield return $"hosts/{host}.conf";
        }
    }

    private string? Read(string path)
    {
        var file = Path.Combine(folder, path);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    /// <summary>What others refer to comes first and goes last: a server after its locations' folder, an application after nothing.</summary>
    private void Put(IReadOnlyDictionary<string, string?> files)
    {
        foreach (var (path, content) in files.OrderBy(f => f.Key.StartsWith("hosts/", StringComparison.Ordinal)).ThenByDescending(f => f.Key, StringComparer.Ordinal))
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (content is not null) DurableFile.Write(effects, file, Encoding.UTF8.GetBytes(content), Readable);
        }

        foreach (var path in files.Where(f => f.Value is null).Select(f => f.Key).Reverse()) Delete(Path.Combine(folder, path));
    }

    private void Delete(string file) => effects.Perform(EffectKind.FileRename, file, () =>
    {
        File.Delete(file);
        return true;
    });
}

using System.ComponentModel.DataAnnotations;

namespace Platform.Hosting.Security;

/// <summary>Who may ask. Section <c>Auth</c>.</summary>
internal sealed class AuthOptions : IValidatable
{
    /// <summary>Keys given by configuration, for services that do not share a data folder: each by its hash, or by the file it lies in.</summary>
    public IReadOnlyList<ConfiguredKey> Keys { get; set; } = [];

    /// <summary>Wrong keys that one remote address may send in FailureWindow before it has to wait.</summary>
    [Range(1, 1000)]
    public int MaxFailures { get; set; } = 10;

    /// <summary>The window of MaxFailures.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan FailureWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a log-in code is good for.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan LoginCodeLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a dashboard session lasts.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        for (var i = 0; i < Keys.Count; i++)
        {
            if (!Roles.Ascending.Contains(Keys[i].Role)) yield return new ConfigurationProblem($"Keys:{i}:Role", "viewer, operator or admin", $"'{Keys[i].Role}'");
            if (Keys[i].File is { } file)
            {
                if (Keys[i].Sha256.Length > 0) yield return new ConfigurationProblem($"Keys:{i}", "Sha256 or File", "both");
                if (ConfiguredKey.Trouble(file) is { } trouble) yield return new ConfigurationProblem($"Keys:{i}:File", "a readable file with a key of at least 20 characters", trouble);
            }
            else if (Keys[i].Sha256.Length != 64 || !Keys[i].Sha256.All(char.IsAsciiHexDigit))
            {
                yield return new ConfigurationProblem($"Keys:{i}:Sha256", "the SHA-256 of the key, 64 hexadecimal digits, or File in its place", Keys[i].Sha256.Length == 0 ? "nothing" : "something else");
            }
        }
    }
}

/// <summary>A key given by configuration.</summary>
internal sealed class ConfiguredKey
{
    /// <summary>What is shorter could be guessed, and its hash tried.</summary>
    private const int ShortestKey = 20;

    /// <summary>Whose it is; appears in the audit log.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>viewer, operator or admin.</summary>
    public string Role { get; set; } = "";

    /// <summary>SHA-256 of the key, 64 hexadecimal digits. Or File.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>A file that holds the key itself, such as a mounted secret; in place of Sha256. Read at the start; white space around the key is ignored.</summary>
    public string? File { get; set; }

    /// <summary>When it ends. Default: never.</summary>
    public DateTimeOffset? Expires { get; set; }

    /// <summary>The hash to compare with.</summary>
    internal string Hash => File is null ? Sha256.ToLowerInvariant() : SecretText.HashText(Read(File));

    /// <summary>Why the file cannot be used; null: it can.</summary>
    internal static string? Trouble(string file)
    {
        try
        {
            return Read(file).Length >= ShortestKey ? null : $"a shorter one in {file}";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return unreadable.Message;
        }
    }

    private static string Read(string file) => System.IO.File.ReadAllText(file).Trim();
}

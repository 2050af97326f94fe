using System.ComponentModel.DataAnnotations;

namespace Platform.Hosting.Security;

/// <summary>Who may ask. Section <c>Auth</c>.</summary>
internal sealed class AuthOptions : IValidatable
{
    /// <summary>Keys given by configuration, for services that do not share a data folder. Only hashes stand here.</summary>
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
            if (Keys[i].Sha256.Length != 64 || !Keys[i].Sha256.All(char.IsAsciiHexDigit))
            {
                yield return new ConfigurationProblem($"Keys:{i}:Sha256", "the SHA-256 of the key, 64 hexadecimal digits", "something else");
            }
        }
    }
}

/// <summary>A key given by configuration.</summary>
internal sealed class ConfiguredKey
{
    /// <summary>Whose it is; appears in the audit log.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>viewer, operator or admin.</summary>
    public string Role { get; set; } = "";

    /// <summary>SHA-256 of the key, 64 hexadecimal digits.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>When it ends. Default: never.</summary>
    public DateTimeOffset? Expires { get; set; }
}

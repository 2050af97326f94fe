namespace Platform.Workloads.Secrets;

/// <summary>Values that may be references, <c>secret://name</c>.</summary>
public static class SecretReference
{
    private const string Scheme = "secret://";

    /// <summary>Whether a value is a reference.</summary>
    public static bool Is(string value) => value.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>The value itself, or the secret's; null: it cannot be had, and <paramref name="missing"/> says why.</summary>
    public static string? Resolve(ISecrets secrets, string value, out string? missing)
    {
        missing = null;
        if (!Is(value)) return value;
        var name = value[Scheme.Length..];
        try
        {
            if (secrets.Find(name) is { } found) return found;
            missing = $"'{name}' does not exist; {secrets.HowToAdd(name)}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            missing = $"'{name}' cannot be read: {error.Message}";
        }

        return null;
    }
}

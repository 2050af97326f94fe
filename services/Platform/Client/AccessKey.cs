namespace Platform.CommandLine.Client;

/// <summary>The key that the command line shows: <c>PLATFORM_KEY</c>, or the admin key that a platform writes into its data folder.</summary>
internal static class AccessKey
{
    public const string Variable = "PLATFORM_KEY";

    public static string? Find(string dataFolder)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return Checked(given.Trim());
        return FindIn(dataFolder);
    }

    /// <summary>No key has another character, and HTTP could not carry it: it was copied from a text that shortens it (<c>plk_…</c>), or with more than the key.</summary>
    internal static string Checked(string given) => given.All(c => c is > ' ' and < '\x7f')
        ? given
        : throw new CommandFailure(ExitCode.NotAuthorised, $"What {Variable} holds is no key.", $"Set it to the whole key as 'platform keys create' printed it, or unset it to use the admin key of the data folder.");

    /// <summary>The key of a platform that this process started itself.</summary>
    public static string? FindIn(string dataFolder)
    {
        var file = Path.Combine(dataFolder, "admin.key");
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.NotAuthorised, $"{file} belongs to another user.", $"Run the command as that user, or set {Variable} to a key of your own.");
        }
    }
}

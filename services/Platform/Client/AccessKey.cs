namespace Platform.CommandLine.Client;

/// <summary>The key that the command line shows: <c>PLATFORM_KEY</c>, or the admin key that a platform writes into its data folder.</summary>
internal static class AccessKey
{
    public const string Variable = "PLATFORM_KEY";

    public static string? Find(string dataFolder)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return given.Trim();
        return FindIn(dataFolder);
    }

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

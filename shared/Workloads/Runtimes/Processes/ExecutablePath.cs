namespace Platform.Workloads.Runtimes.Processes;

/// <summary>Finds the program a command names, as a shell would, and says clearly why not.</summary>
internal static class ExecutablePath
{
    private const int Execute = 1;

    /// <summary>Its absolute path.</summary>
    /// <param name="program">With a slash: a path, relative ones from the working directory. Without: looked for in <paramref name="searchPath"/>.</param>
    /// <param name="workingDirectory">The replica's working directory.</param>
    /// <param name="searchPath">Folders, separated by colons.</param>
    public static string Find(string program, string workingDirectory, string searchPath)
    {
        if (program.Contains('/'))
        {
            var path = Path.GetFullPath(program, workingDirectory);
            if (Directory.Exists(path)) throw new ReplicaStartException($"'{path}' is a folder, not a program; correct process.command.");
            if (!File.Exists(path)) throw new ReplicaStartException($"The program '{path}' does not exist; correct process.command, or build it first.");
            return IsExecutable(path) ? path : throw new ReplicaStartException($"'{path}' is not executable; run chmod +x on it, or put its interpreter first in process.command.");
        }

        string? unusable = null;
        foreach (var folder in searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathRooted))
        {
            var path = Path.Combine(folder, program);
            if (!File.Exists(path)) continue;
            if (IsExecutable(path)) return path;
            unusable ??= path;
        }

        throw new ReplicaStartException(unusable is null
            ? $"The program '{program}' is in none of the folders of PATH ({searchPath}); install it, or write './{program}' if it lies in the working directory."
            : $"'{unusable}' is not executable; run chmod +x on it.");
    }

    private static bool IsExecutable(string path) => Native.access(path, Execute) == 0;
}

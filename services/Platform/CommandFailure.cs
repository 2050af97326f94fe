namespace Platform.CommandLine;

/// <summary>How a command ends. Documented in every <c>--help</c>.</summary>
internal static class ExitCode
{
    /// <summary>As asked.</summary>
    public const int Ok = 0;
    /// <summary>What was asked for did not happen: a rollout was rolled back, a promise was broken.</summary>
    public const int Failed = 1;
    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;
    /// <summary>A platform, a port or a file that is needed cannot be had.</summary>
    public const int Unavailable = 69;
    /// <summary>A fault of ours.</summary>
    public const int Software = 70;
    /// <summary>The key is missing, unknown, or its role too small.</summary>
    public const int NotAuthorised = 77;
    /// <summary>The configuration cannot be used.</summary>
    public const int Configuration = 78;
    /// <summary>Ended by Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;

    /// <summary>What each means, for help and documentation.</summary>
    public static IReadOnlyDictionary<int, string> Meanings { get; } = new SortedDictionary<int, string>
    {
        [Ok] = "as asked",
        [Failed] = "it did not happen (a rollout was rolled back, a promise broken)",
        [Usage] = "usage: the command line or a manifest is wrong",
        [Unavailable] = "the platform is not running, or a port or file cannot be had",
        [Software] = "a fault of the platform's own",
        [NotAuthorised] = "the key is missing, unknown, or its role too small",
        [Configuration] = "the configuration cannot be used",
        [Interrupted] = "ended by Ctrl-C or SIGTERM",
    };
}

/// <summary>A command cannot do what was asked, for a reason that the person who asked can act on.</summary>
internal sealed class CommandFailure(int exitCode, string message, string? hint = null) : Exception(message)
{
    /// <summary>The exit code, see <see cref="CommandLine.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to do now; null: the message says it.</summary>
    public string? Hint { get; } = hint;
}

using Microsoft.Extensions.Configuration;

namespace Platform.Hosting.Configuration;

/// <summary>
/// Where settings come from; the later wins:
/// <code>
/// platform.json in the data folder, or --config FILE
/// environment PLATFORM_Section__Key
/// command line --Section:Key=value
/// </code>
/// </summary>
internal static class ConfigurationSources
{
    public const string EnvironmentPrefix = "PLATFORM_";
    public const string DefaultDataFolder = "./.data";

    /// <summary>Adds the sources.</summary>
    public static void Add(IConfigurationManager configuration, string[] args, List<ConfigurationProblem> problems)
    {
        Arguments(args, problems);
        var early = new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).AddCommandLine(args).Build();
        var data = Path.GetFullPath(early["Data"] is { Length: > 0 } folder ? folder : DefaultDataFolder);
        AddFile(configuration, early["Config"], Path.Combine(data, "platform.json"), problems);
        configuration.AddEnvironmentVariables(EnvironmentPrefix);
        configuration.AddCommandLine(args);
        configuration.AddInMemoryCollection([new("Data", data)]);
    }

    private static void AddFile(IConfigurationManager configuration, string? asked, string standard, List<ConfigurationProblem> problems)
    {
        var file = Path.GetFullPath(asked ?? standard);
        if (!File.Exists(file))
        {
            if (asked is not null) problems.Add(new ConfigurationProblem("Config", "a JSON file", $"no file {file}"));
            return;
        }

        try
        {
            // Read once here, so that a file that is not JSON is one problem among others and not an exception later.
            new ConfigurationBuilder().AddJsonFile(file, optional: false).Build();
            configuration.AddJsonFile(file, optional: false, reloadOnChange: false);
        }
        catch (InvalidDataException exception)
        {
            problems.Add(new ConfigurationProblem(file, "JSON", exception.InnerException?.Message ?? exception.Message));
        }
    }

    /// <summary>Every argument is <c>--Key=value</c> or <c>--Key value</c>; anything else would be ignored without a word.</summary>
    private static void Arguments(string[] args, List<ConfigurationProblem> problems)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || args[i].Length == 2)
            {
                problems.Add(new ConfigurationProblem("command line", "--Section:Key=value", $"'{args[i]}'"));
            }
            else if (!args[i].Contains('=', StringComparison.Ordinal))
            {
                if (i + 1 >= args.Length) problems.Add(new ConfigurationProblem(args[i][2..], "a value after it", "nothing"));
                i++;
            }
        }
    }
}

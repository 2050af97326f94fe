using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform version</c></summary>
internal static class VersionCommand
{
    /// <summary>The version of this binary, without the commit that a build may have appended.</summary>
    public static string Current { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static Command Create(Cli cli)
    {
        var command = new DocumentedCommand("version", "Show the version", "platform version", "platform version --json");
        command.Options.Add(cli.Json);
        cli.Run(command, (parse, _) =>
        {
            if (parse.GetValue(cli.Json)) cli.Output.Json(new { Version = Current, Runtime = RuntimeInformation.FrameworkDescription, System = RuntimeInformation.OSDescription });
            else cli.Output.Standard.WriteLine($"platform {Current} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription})");
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}

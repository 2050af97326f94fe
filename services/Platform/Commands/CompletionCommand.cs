using System.CommandLine;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform completion SHELL</c>: a script that asks this very binary what can stand next, so that it never grows old.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # platform: completion for bash. Load it with: source <(platform completion bash)
        _platform() {
          local line="${COMP_LINE:0:$COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}"
          mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word")
        }
        complete -o default -F _platform platform ./platform
        """;

    private const string Zsh = """
        #compdef platform
        # platform: completion for zsh. Load it with: source <(platform completion zsh)
        _platform() {
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${#LBUFFER}]" "$LBUFFER" 2>/dev/null)}")
          compadd -- $found
          _files
        }
        compdef _platform platform ./platform
        """;

    private const string Fish = """
        # platform: completion for fish. Load it with: platform completion fish | source
        function __platform_complete
          set -l line (commandline -cp)
          platform "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c platform -a '(__platform_complete)'
        """;

    public static Command Create(Cli cli)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new DocumentedCommand("completion", "Print a script that completes commands and options in a shell",
            "source <(platform completion bash)", "platform completion fish | source") { shell };
        cli.Run(command, (parse, _) =>
        {
            cli.Output.Standard.WriteLine(parse.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}

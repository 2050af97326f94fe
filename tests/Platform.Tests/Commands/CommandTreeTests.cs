using System.CommandLine;
using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Commands;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Tests.Commands;

public sealed class CommandTreeTests
{
    public static TheoryData<string> EveryCommand => [.. All(CommandTree.Create(Cli())).Where(path => path.Length > 0)];

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task Help_EveryCommand_ShowsUsageExamplesAndExitCodes(string command)
    {
        var (code, output, error) = await RunAsync([.. command.Split(' '), "--help"]);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Empty(error);
        Assert.Contains("Usage:", output);
        Assert.Contains("Examples:", output);
        Assert.Contains("69 the platform is not running", output);
    }

    [Theory]
    [InlineData("platform deploy --help", "deploy")]
    [InlineData("platform scale --help", "scale", "shop", "many")]
    [InlineData("platform scale --help", "scale", "shop", "-1")]
    [InlineData("platform deploy --help", "deploy", "x.yaml", "--wait", "--detach")]
    [InlineData("platform --help", "fly")]
    [InlineData("platform logs --help", "logs", "shop", "--tail", "1000000")]
    [InlineData("platform keys create --help", "keys", "create", "me", "--role", "king")]
    public async Task Run_NotUnderstood_EndsWithTwoAndSaysWhereHelpIs(string hint, params string[] args)
    {
        var (code, output, error) = await RunAsync(args);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.Contains(hint, error);
        Assert.DoesNotContain("   at ", error);
    }

    [Theory]
    [InlineData("'deploy' needs FILE", "deploy")]
    [InlineData("'many' is not a whole number", "scale", "shop", "many")]
    [InlineData("Did you mean 'deploy'?", "depoly", "shop.yaml")]
    [InlineData("There is no command 'fly'", "fly")]
    [InlineData("expected Section:Key=value", "up", "--set", "nonsense")]
    [InlineData("Did you mean 'revoke'?", "keys", "revok", "x")]
    public async Task Run_NotUnderstood_SaysWhatWasMeant(string told, params string[] args)
    {
        var (_, _, error) = await RunAsync(args);
        Assert.Contains(told, error);
        Assert.DoesNotContain("System.", error);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("scale", "shop", "2")]
    [InlineData("events")]
    [InlineData("alerts")]
    [InlineData("logs", "shop")]
    [InlineData("keys")]
    [InlineData("rollback", "shop")]
    [InlineData("promote", "shop")]
    [InlineData("delete", "shop")]
    public async Task Run_NoPlatform_EndsWith69AndSaysHowToStartOne(params string[] args)
    {
        using var data = new TemporaryFolder();
        data.WriteAddressesWhereNobodyListens();
        var (code, output, error) = await RunAsync([.. args, "--data", data.Path]);
        Assert.Equal(ExitCode.Unavailable, code);
        Assert.Empty(output);
        Assert.Contains("platform up", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public async Task Deploy_BadManifest_ListsEveryProblemWithoutAskingThePlatform()
    {
        using var data = new TemporaryFolder();
        var file = data.Write("bad.yaml", "name: Shop\nrevison: v1\nprocess: { command: [] }\n");
        var (code, output, error) = await RunAsync(["deploy", file, "--data", data.Path]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.Contains($"{file}:1:7:", error);
        Assert.Contains("revison", error);
        Assert.Contains("^", error);
        Assert.Contains("Nothing was deployed", error);
    }

    [Fact]
    public async Task Deploy_DryRun_NeedsNoPlatform()
    {
        var file = Path.Combine(SampleFolder.Find(), "storefront-v1.yaml");
        var (code, output, _) = await RunAsync(["deploy", file, "--dry-run", "--json"]);
        Assert.Equal(ExitCode.Ok, code);
        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task Deploy_NoSuchFile_SaysSo()
    {
        var (code, _, error) = await RunAsync(["deploy", "/nowhere/at-all.yaml"]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("/nowhere/at-all.yaml cannot be read", error);
    }

    [Theory]
    [InlineData("--duration", "1s")]
    [InlineData("--duration", "soon")]
    [InlineData("--trace", "/nowhere/trace.csv")]
    [InlineData("--peak", "0")]
    public async Task Demo_BadOption_EndsWithTwoBeforeAnythingStarts(string option, string value)
    {
        using var data = new TemporaryFolder();
        var (code, _, error) = await RunAsync(["demo", option, value, "--data", data.Path]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(option, error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(data.Path));
    }

    [Fact]
    public async Task Version_Json_IsJson()
    {
        var (code, output, _) = await RunAsync(["version", "--json"]);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(VersionCommand.Current, JsonDocument.Parse(output).RootElement.GetProperty("version").GetString());
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_EveryShell_PrintsAScript(string shell) =>
        Assert.Contains("[suggest:", (await RunAsync(["completion", shell])).Output);

    [Fact]
    public async Task Suggest_AsTheScriptsAsk_NamesCommands() =>
        Assert.Contains("rollback", (await RunAsync(["[suggest:11]", "platform ro"])).Output);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandTree.RunAsync(args, new Output(output, error), TimeProvider.System, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private static Cli Cli() => new(new Output(TextWriter.Null, TextWriter.Null), TimeProvider.System);

    private static IEnumerable<string> All(Command command, string prefix = "")
    {
        foreach (var child in command.Subcommands)
        {
            yield return $"{prefix}{child.Name}";
            foreach (var deeper in All(child, $"{prefix}{child.Name} ")) yield return deeper;
        }
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("platform-test-").FullName;

        public string Write(string name, string text)
        {
            var file = System.IO.Path.Combine(Path, name);
            File.WriteAllText(file, text);
            return file;
        }

        public void WriteAddressesWhereNobodyListens()
        {
            var nobody = new Uri("http://127.0.0.1:1");
            Directory.CreateDirectory(System.IO.Path.Combine(Path, "run"));
            Write(PlatformAddresses.FileName, JsonSerializer.Serialize(
                new PlatformAddresses { Gateway = nobody, Traffic = nobody, Autoscaler = nobody, Deployment = nobody, HealthMonitor = nobody }, ClientJson.Options));
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

using System.CommandLine;
using Platform.CommandLine.Reference;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform docs</c>: writes the reference from the code, or says whether what is written is still true.</summary>
internal static class DocsCommand
{
    public static Command Create(Cli cli)
    {
        var folder = new Option<string>("--out") { Description = "Where the pages are", DefaultValueFactory = _ => "docs/reference", HelpName = "FOLDER" };
        var check = new Option<bool>("--check") { Description = "Write nothing; exit code 1 when a page is not what the code says" };
        var command = new DocumentedCommand("docs", "Write the reference pages of the documentation from the code itself",
            "platform docs", "platform docs --check", "platform docs --out /tmp/reference") { folder, check };
        cli.Run(command, async (parse, ct) =>
        {
            var target = Path.GetFullPath(parse.GetValue(folder)!);
            var pages = await ReferencePages.GenerateAsync(ct);
            if (!parse.GetValue(check)) return await WriteAsync(cli, target, pages, ct);
            var stale = ReferencePages.Stale(pages, target);
            if (stale.Count > 0)
                throw new CommandFailure(ExitCode.Failed, $"Not what the code says: {string.Join(", ", stale)} in {target}.", "Write them again with './platform docs'.");
            cli.Output.Standard.WriteLine($"{pages.Count} pages in {target} are what the code says.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<int> WriteAsync(Cli cli, string folder, IReadOnlyList<ReferencePage> pages, CancellationToken ct)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var page in pages)
            {
                var file = Path.Combine(folder, page.FileName);
                await File.WriteAllTextAsync(file, page.Text, ct);
                cli.Output.Standard.WriteLine(file);
            }
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.Unavailable, $"{folder} cannot be written: {unwritable.Message}", "Name another folder with --out.");
        }

        return ExitCode.Ok;
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting.Measurements;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Measurements;

/// <summary>
/// A program that prints one number and ends with exit code 0. No shell reads its arguments; of the platform's environment it gets what it
/// takes to run, and what the placeholders stand for.
/// </summary>
internal sealed class CommandSource(IOptions<AnalysisOptions> options, IEffects effects, TimeProvider time) : IMetricSource
{
    private const int MostCharacters = 64 * 1024;
    private static readonly string[] PassedOn = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "DOTNET_ROOT"];

    public bool Reads(MetricSourceSpec spec) => spec is CommandSpec;

    public async Task<Reading> ReadAsync(MetricSourceSpec spec, MetricQuestion question, CancellationToken ct)
    {
        if (options.Value.Commands == MetricCommands.None || (options.Value.Commands == MetricCommands.OfProcesses && question.Manifest.Runtime != RuntimeNames.Process))
            return Reading.None($"commands of applications with runtime {question.Manifest.Runtime} are not run here; an admin can allow them with Analysis:Commands");
        using var deadline = new CancellationTokenSource(question.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        using var process = new Process { StartInfo = Start((CommandSpec)spec, question) };
        try
        {
            effects.Perform(EffectKind.ProcessStart, $"metric {process.StartInfo.FileName}", () => process.Start());
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            return Reading.None($"'{process.StartInfo.FileName}' cannot be run: {error.Message}");
        }

        try
        {
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput, either.Token);
            var errors = ReadAsync(process.StandardError, either.Token);
            await Task.WhenAll(output, errors, process.WaitForExitAsync(either.Token));
            return Read(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Reading.None($"it did not end within {question.Timeout.TotalSeconds:0.#} s and was killed");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>What the end of the program says. Pure.</summary>
    public static Reading Read(int exitCode, string output, string errors)
    {
        if (exitCode != 0) return Reading.None($"it ended with exit code {exitCode}: {MetricHttp.Beginning(errors.Length > 0 ? errors : output)}");
        return double.TryParse(output.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? Reading.Of(value)
            : Reading.None($"it printed {(output.Trim().Length == 0 ? "nothing" : $"'{MetricHttp.Beginning(output)}'")} where one number is needed");
    }

    private static ProcessStartInfo Start(CommandSpec command, MetricQuestion question)
    {
        var folder = question.Manifest.Process?.WorkingDirectory ?? "/";
        var program = question.Fill(command.Command[0]);
        var start = new ProcessStartInfo(program.Contains('/') ? Path.GetFullPath(program, folder) : program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Command.Skip(1)) start.ArgumentList.Add(question.Fill(argument));
        var passed = PassedOn.Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).Where(v => v.Value is { Length: > 0 }).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in passed) start.Environment[name] = value;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["APPLICATION"] = question.Application;
        start.Environment["REVISION"] = question.Revision;
        start.Environment["BASELINE"] = question.Baseline;
        return start;
    }

    /// <summary>The beginning; the rest is read and thrown away, so that the program can end.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken ct)
    {
        var (text, buffer) = (new System.Text.StringBuilder(), new char[4096]);
        for (int read; (read = await reader.ReadAsync(buffer, ct)) > 0;)
        {
            if (text.Length < MostCharacters) text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Effects;

namespace Platform.Gateway.Routers.Nginx;

/// <summary>nginx by its command line, its status address and its processes. No shell: an argument list.</summary>
internal sealed class LocalNginx(IOptions<NginxOptions> options, IEffects effects) : INginx, IDisposable
{
    private const int MostOutput = 16 * 1024;
    private const int MostShown = 600;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // A connection of its own for each question: an old worker keeps the connections it has, and would go on answering.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(2),
        MaxResponseContentBufferSize = 4096,
    };

    public Task<string?> TestAsync(string? file, CancellationToken cancellationToken) =>
        RunAsync(EffectKind.ProcessStart, file is null ? ["-t", "-q"] : ["-t", "-q", $"-c{file}"], cancellationToken);

    public Task<string?> ReloadAsync(CancellationToken cancellationToken) => RunAsync(EffectKind.ProcessSignal, ["-s", "reload"], cancellationToken);

    /// <summary>Has nginx open its logs anew.</summary>
    public Task<string?> ReopenAsync(CancellationToken cancellationToken) => RunAsync(EffectKind.ProcessSignal, ["-s", "reopen"], cancellationToken);

    public async Task<NginxServed?> ServedAsync(string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{options.Value.Status}/");
        request.Headers.Host = $"{key}.platform";
        request.Headers.ConnectionClose = true;
        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode ? JsonSerializer.Deserialize<NginxServed>(await answer.Content.ReadAsStringAsync(cancellationToken), Json) : null;
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It does not answer, or somebody else does: nothing is served as far as anybody can tell.
            return null;
        }
    }

    public IReadOnlyList<NginxWorker>? Workers()
    {
        if (options.Value.PidFile is not { } file) return null;
        try
        {
            if (!int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var master)) return null;
            var children = File.ReadAllText($"/proc/{master}/task/{master}/children");
            return [.. children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).Select(id => new NginxWorker(id, IsLeaving(id)))];
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            // No such process any more, or one that cannot be looked at.
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>nginx writes into its process title what a worker is about.</summary>
    private static bool IsLeaving(int worker)
    {
        try
        {
            return File.ReadAllText($"/proc/{worker}/cmdline").Contains("shutting down", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended between the two looks: the next look does not find it.
            return true;
        }
    }

    private async Task<string?> RunAsync(EffectKind kind, string[] arguments, CancellationToken cancellationToken)
    {
        var command = options.Value.CommandOrDefault;
        effects.Before(kind, $"nginx {arguments[0]}");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.Timeout);
        Process process;
        try
        {
            var start = new ProcessStartInfo { FileName = command[0], RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
            foreach (var argument in command.Skip(1).Concat(arguments)) start.ArgumentList.Add(argument);
            process = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            return $"'{command[0]}' cannot be run: {missing.Message}. Nginx:Command says how nginx is called.";
        }

        using (process)
        {
            process.StandardInput.Close();
            var said = Task.WhenAll(HeadAsync(process.StandardError, patience.Token), HeadAsync(process.StandardOutput, patience.Token));
            try
            {
                await process.WaitForExitAsync(patience.Token);
                var output = await said;
                effects.After(kind, $"nginx {arguments[0]}");
                return process.ExitCode == 0 ? null : WhatMatters(string.Join('\n', output), process.ExitCode);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return $"'{string.Join(' ', command.Concat(arguments))}' did not end within {options.Value.Timeout.TotalSeconds:0.#} s (Nginx:Timeout).";
            }
        }
    }

    /// <summary>The lines that say why, without those that only say that it failed.</summary>
    private static string WhatMatters(string output, int exitCode)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var grave = lines.Where(l => l.Contains("[emerg]", StringComparison.Ordinal) || l.Contains("[alert]", StringComparison.Ordinal) || l.Contains("[error]", StringComparison.Ordinal)).ToList();
        var text = string.Join(' ', grave.Count > 0 ? grave : lines.AsEnumerable());
        if (text.Length == 0) text = $"it ended with exit code {exitCode} and said nothing";
        return text.Length <= MostShown ? text : text[..MostShown] + "…";
    }

    private static async Task<string> HeadAsync(StreamReader stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var buffer = new char[1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (head.Length < MostOutput) head.Append(buffer, 0, read);
        }

        return head.ToString();
    }
}

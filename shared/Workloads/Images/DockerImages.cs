using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Effects;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes;
using Platform.Workloads.Runtimes.Docker;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Images;

/// <summary>Images at a Docker engine.</summary>
internal sealed class DockerImages(EngineClient engine, IEffects effects, ISecrets secrets) : IImages, IDisposable
{
    private const string OwnerLabel = "dev.platform.built-by", ApplicationLabel = "dev.platform.application", RevisionLabel = "dev.platform.revision";

    public Task BuildAsync(ImageBuild build, Action<string> log, CancellationToken ct)
    {
        var context = new BuildContext(build.Spec);
        if (context.Problem() is { } problem) throw new ImageException($"The image '{build.Image}' cannot be built: {problem}.");
        var labels = new Dictionary<string, string> { [OwnerLabel] = build.Owner, [ApplicationLabel] = build.Application, [RevisionLabel] = build.Revision };
        var path = $"build?t={Uri.EscapeDataString(build.Image)}&dockerfile={Uri.EscapeDataString(context.Dockerfile)}&rm=1&forcerm=1"
            + $"&labels={Uri.EscapeDataString(JsonSerializer.Serialize(labels))}&buildargs={Uri.EscapeDataString(JsonSerializer.Serialize(build.Spec.Args))}";
        return effects.PerformAsync(EffectKind.HttpSend, $"build {build.Image}", () => AskAsync(
            $"The image '{build.Image}' cannot be built", () => engine.UploadAsync(path, new TarContent(context), ct), log, ct));
    }

    public Task PushAsync(DockerSpec docker, Action<string> log, CancellationToken ct)
    {
        var image = ImageReference.Parse(docker.Image);
        IReadOnlyDictionary<string, string> headers;
        try
        {
            headers = RegistryAuthority.Headers(docker, secrets);
        }
        catch (ReplicaStartException missing)
        {
            throw new ImageException(missing.Message);
        }

        // The engine wants the header also where nobody in particular asks.
        if (headers.Count == 0) headers = new Dictionary<string, string> { ["X-Registry-Auth"] = Convert.ToBase64String("{}"u8) };
        var path = $"images/{Uri.EscapeDataString(image.Name).Replace("%2F", "/", StringComparison.Ordinal)}/push?tag={Uri.EscapeDataString(image.Tag)}";
        return effects.PerformAsync(EffectKind.HttpSend, $"push {docker.Image}", () => AskAsync(
            $"The image '{docker.Image}' cannot be sent to its registry", () => engine.OpenAsync(HttpMethod.Post, path, headers, ct), log, ct));
    }

    public async Task<IReadOnlyList<BuiltImage>> FindAsync(string owner, string application, CancellationToken ct)
    {
        if (!engine.HasSocket) return [];
        var filter = JsonSerializer.Serialize(new { label = new[] { $"{OwnerLabel}={owner}", $"{ApplicationLabel}={application}" } });
        var images = await engine.GetAsync<List<ImageSummary>>($"images/json?filters={Uri.EscapeDataString(filter)}", ct) ?? [];
        return [.. images.SelectMany(i => (i.RepoTags ?? []).Where(t => t != "<none>:<none>").Select(t => new BuiltImage(t, i.Labels?.GetValueOrDefault(RevisionLabel) ?? "")))];
    }

    public async Task<bool> RemoveAsync(string image, CancellationToken ct)
    {
        try
        {
            await effects.PerformAsync(EffectKind.HttpSend, $"remove {image}", () => engine.RemoveAsync($"images/{Uri.EscapeDataString(image).Replace("%2F", "/", StringComparison.Ordinal)}", ct));
            return true;
        }
        catch (EngineRefusedException used) when (used.Status == (int)HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    public void Dispose() => engine.Dispose();

    /// <summary>The engine answers 200 at once, and says in what follows how it went.</summary>
    private async Task AskAsync(string failure, Func<Task<Stream?>> ask, Action<string> log, CancellationToken ct)
    {
        try
        {
            await using var answer = await ask() ?? throw new ImageException($"{failure}: the engine does not know it.");
            using var lines = new StreamReader(answer, Encoding.UTF8);
            var last = "";
            while (await lines.ReadLineAsync(ct) is { } line)
            {
                if (line.Length == 0 || JsonSerializer.Deserialize<Progress>(line) is not { } progress) continue;
                if (progress.Error is { } error) throw new ImageException($"{failure}: {error.Trim().TrimEnd('.')}.");
                // The bars of what is under way are for a terminal.
                if (progress.Detail is { ValueKind: JsonValueKind.Object } detail && detail.EnumerateObject().Any()) continue;
                var said = (progress.Stream ?? $"{(progress.Id is { } id ? $"{id}: " : "")}{progress.Status}").TrimEnd();
                if (said.Length > 0 && said != last) log(last = said);
            }
        }
        catch (EngineRefusedException refused)
        {
            throw new ImageException($"{failure}: {refused.Message.Trim().TrimEnd('.')}.");
        }
        catch (RuntimeUnavailableException away)
        {
            throw new ImageException($"{failure}: {away.Message}");
        }
        catch (Exception error) when (error is IOException or HttpRequestException or JsonException)
        {
            throw new ImageException($"{failure}: {engine.Unavailable(error).Message}");
        }
    }

    private sealed record Progress(
        [property: JsonPropertyName("stream")] string? Stream,
        [property: JsonPropertyName("status")] string? Status,
        [property: JsonPropertyName("id")] string? Id,
        [property: JsonPropertyName("error")] string? Error,
        [property: JsonPropertyName("progressDetail")] JsonElement? Detail);

    private sealed record ImageSummary(IReadOnlyList<string>? RepoTags, IReadOnlyDictionary<string, string>? Labels);

    /// <summary>The context, written while it is sent.</summary>
    private sealed class TarContent : HttpContent
    {
        private readonly BuildContext _context;

        public TarContent(BuildContext context)
        {
            _context = context;
            Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _context.WriteAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

using System.Text.Json;
using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Docker.Engine;
using Platform.Workloads.Secrets;

namespace Platform.Workloads.Runtimes.Docker;

/// <summary>Has the engine fetch an image that it does not have.</summary>
internal sealed class ImagePull(EngineClient engine, ISecrets secrets, TimeSpan longest, TimeProvider clock)
{
    /// <exception cref="ReplicaStartException">It cannot be had.</exception>
    public async Task PullAsync(DockerSpec docker, CancellationToken ct)
    {
        var image = ImageReference.Parse(docker.Image);
        using var deadline = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            var path = $"images/create?fromImage={Uri.EscapeDataString(image.Name)}&tag={Uri.EscapeDataString(image.Tag)}";
            await using var answer = await engine.OpenAsync(HttpMethod.Post, path, RegistryAuthority.Headers(docker, secrets), either.Token);
            using var lines = new StreamReader(answer!);
            // A pull that fails half-way says so in its progress, not in its status.
            while (await lines.ReadLineAsync(either.Token) is { } line)
            {
                if (JsonSerializer.Deserialize<PullProgress>(line)?.Error is { } error) throw NotToBeHad(docker, error);
            }
        }
        catch (EngineRefusedException refused)
        {
            throw NotToBeHad(docker, refused.Message);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or JsonException)
        {
            throw engine.Unavailable(error);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ReplicaStartException($"The image '{docker.Image}' was not fetched within {longest.TotalSeconds:0} s (Docker:PullTimeout).", isTransient: true);
        }
    }

    private static ReplicaStartException NotToBeHad(DockerSpec docker, string error)
    {
        var hasNoRoom = error.Contains("no space left", StringComparison.OrdinalIgnoreCase);
        var remedy = hasNoRoom
            ? "Make room on the engine's disk, for example with 'docker system prune'."
            : "Correct docker.image, build or load it here, or give docker.registry the right name and password.";
        return new ReplicaStartException($"The image '{docker.Image}' is not on this machine and cannot be pulled: {error.Trim()}. {remedy}", isTransient: hasNoRoom);
    }
}

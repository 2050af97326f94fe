using System.Net.Sockets;
using System.Text;
using Platform.Workloads.Manifests;
using Platform.Workloads.Secrets;

namespace Platform.Deployment.Pipeline.Checks;

/// <summary>A Redis server (or one that speaks its protocol, RESP): logged in where the reference says as whom, it must answer PING with PONG.</summary>
internal sealed class RedisCheck(ISecrets secrets) : ICheck
{
    private const string Scheme = "redis";
    private const int Port = 6379;

    public bool Handles(CheckSpec check) => check.Redis is not null;

    public string Subject(CheckSpec check) => $"Redis at {check.Redis}";

    public async Task<JobResult> AskAsync(CheckSpec check, JobContext job, CancellationToken ct)
    {
        if (SecretReference.Resolve(secrets, check.Redis!, out var missing) is not { } target) return JobResult.Failed($"{Subject(check)}: the secret {missing}");
        var (endpoint, login) = (target, Array.Empty<string>());
        if (target.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(target, UriKind.Absolute, out var uri) || uri.Scheme != Scheme || uri.Host.Length == 0)
                return JobResult.Failed($"{Subject(check)}: the secret's value is not an address such as redis://user:password@host:6379");
            endpoint = $"{uri.Host}:{(uri.Port > 0 ? uri.Port : Port)}";
            login = [.. uri.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).Where(p => p.Length > 0)];
        }

        try
        {
            using var wire = await Wire.ConnectAsync(endpoint, ct);
            if (login.Length > 0 && await SayAsync(wire, ["AUTH", .. login], ct) is var welcome && welcome != "+OK") return JobResult.Failed($"{Subject(check)}: refused the log-in: {welcome}");
            var answer = await SayAsync(wire, ["PING"], ct);
            return answer == "+PONG" ? JobResult.Done($"{Subject(check)}: answered PONG") : JobResult.Failed($"{Subject(check)}: answered PING with {(answer.Length == 0 ? "nothing" : $"'{answer}'")}");
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return JobResult.Failed($"{Subject(check)}: {error.Message}");
        }
    }

    /// <summary>A command as RESP: an array of texts with their lengths.</summary>
    private static async Task<string> SayAsync(Wire wire, string[] words, CancellationToken ct)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words) text.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await wire.SendAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
        return await wire.ReadLineAsync(ct);
    }
}

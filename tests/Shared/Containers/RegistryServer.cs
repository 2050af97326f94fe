using System.Diagnostics;

namespace Platform.Testing;

/// <summary>An image registry of the tests' own, on loopback, that lets in one user with a password.</summary>
public sealed class RegistryServer : IAsyncLifetime
{
    public const string User = "deploy", Password = "correct-horse";

    /// <summary>bcrypt of the password.</summary>
    private const string Hash = "$2y$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("platform-registry-");
    private readonly int _port = ServerProcess.FreePort();
    private ChildServer? _server;

    /// <summary>Why there is none here; null: there is one.</summary>
    public string? Missing => Command.Exists("docker-registry") ? null : "'docker-registry' is not installed (apt-get install docker-registry)";

    public string Address => $"127.0.0.1:{_port}";

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null) return;
        var passwords = Path.Combine(_folder.FullName, "htpasswd");
        await File.WriteAllTextAsync(passwords, $"{User}:{Hash}\n");
        var configuration = Path.Combine(_folder.FullName, "config.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            version: 0.1
            log: { level: error }
            storage: { filesystem: { rootdirectory: "{{_folder.FullName}}/data" } }
            http: { addr: "{{Address}}" }
            auth: { htpasswd: { realm: tests, path: "{{passwords}}" } }
            """);
        _server = ChildServer.Start(new ProcessStartInfo("docker-registry") { ArgumentList = { "serve", configuration } });
        await Eventually.HoldsAsync(() => ServerProcess.AnswersAsync(_port), "the registry answers");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.EndAsync();
        _folder.Delete(recursive: true);
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting.Json;
using Platform.Hosting.Listening;

namespace Platform.Hosting.Security;

/// <summary>
/// The keys: those of the configuration and those of <c>keys.json</c> in the data folder, which services that share the folder share too
/// (it is read again when it changes). The first start, finding no admin key, makes one and leaves it in <c>admin.key</c>.
/// </summary>
internal sealed class KeyStore
{
    private const string ConfiguredPrefix = "configured-";
    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly IEffects _effects;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<StoredKey> _configured;
    private IReadOnlyList<StoredKey> _stored = [];
    private (DateTime Written, long Length) _version;

    public KeyStore(IOptions<NetworkOptions> network, IOptions<AuthOptions> options, IEffects effects, TimeProvider clock)
    {
        _folder = network.Value.Data;
        _effects = effects;
        _clock = clock;
        _configured = [.. options.Value.Keys.Select(k => new StoredKey
        {
            Id = ConfiguredPrefix + k.Name,
            Name = k.Name,
            Role = k.Role,
            Sha256 = k.Hash,
            CreatedAt = DateTimeOffset.UnixEpoch,
            ExpiresAt = k.Expires,
        })];
    }

    private string KeysFile => Path.Combine(_folder, "keys.json");

    private string AdminFile => Path.Combine(_folder, "admin.key");

    /// <summary>Makes the admin key at the first start. Services starting together on one folder take turns.</summary>
    public void EnsureAdminKey()
    {
        Change(keys =>
        {
            if (_configured.Any(k => k.Role == Roles.Admin)) return keys;
            if (keys.Any(k => k.Role == Roles.Admin && IsLive(k)) && (File.Exists(AdminFile) || keys.Any(k => k.Role == Roles.Admin && k.Name != "admin"))) return keys;

            var secret = SecretText.NewKey();

            // The file first: killed between the two, the next start makes a new key; the other order could leave nobody with a key.
            DurableFile.Write(_effects, AdminFile, System.Text.Encoding.UTF8.GetBytes(secret + "\n"));
            return [.. keys.Where(k => k.Name != "admin"), NewStored("admin", Roles.Admin, secret, null)];
        });
    }

    /// <summary>The live key with this text; null: there is none. Every key is compared, each in constant time.</summary>
    public StoredKey? Find(string secret)
    {
        var hash = SecretText.Hash(secret);
        StoredKey? found = null;
        Span<byte> candidate = stackalloc byte[32];
        foreach (var key in All())
        {
            if (Convert.FromHexString(key.Sha256, candidate, out _, out _) == System.Buffers.OperationStatus.Done
                && CryptographicOperations.FixedTimeEquals(hash, candidate)) found = key;
        }

        return found is not null && IsLive(found) ? found : null;
    }

    /// <summary>Whether the key stands in the configuration, where alone it can be changed.</summary>
    public static bool IsConfigured(StoredKey key) => key.Id.StartsWith(ConfiguredPrefix, StringComparison.Ordinal);

    public bool IsLive(string id) => All().Any(k => k.Id == id && IsLive(k));

    public IReadOnlyList<StoredKey> All()
    {
        lock (_gate)
        {
            Load();
            return [.. _configured, .. _stored];
        }
    }

    public (StoredKey Key, string Secret) Create(string name, string role, DateTimeOffset? expiresAt)
    {
        var secret = SecretText.NewKey();
        var key = NewStored(name, role, secret, expiresAt);
        Change(keys => [.. keys, key]);
        return (key, secret);
    }

    /// <summary>False: no such key in the file (configured ones are revoked in the configuration).</summary>
    public bool Revoke(string id)
    {
        var found = false;
        Change(keys =>
        {
            found = keys.Any(k => k.Id == id);
            return [.. keys.Where(k => k.Id != id)];
        });
        return found;
    }

    private bool IsLive(StoredKey key) => key.ExpiresAt is null || key.ExpiresAt > _clock.GetUtcNow();

    private StoredKey NewStored(string name, string role, string secret, DateTimeOffset? expiresAt) => new()
    {
        Id = Guid.NewGuid().ToString("n")[..12],
        Name = name,
        Role = role,
        Sha256 = SecretText.HashText(secret),
        CreatedAt = _clock.GetUtcNow(),
        ExpiresAt = expiresAt,
    };

    private void Change(Func<IReadOnlyList<StoredKey>, IReadOnlyList<StoredKey>> change)
    {
        // A folder that is there already keeps its mode: it may be somebody else's. Every file of ours in it is its owner's alone.
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        lock (_gate)
        {
            using var turn = FileTurn.Take(Path.Combine(_folder, ".keys.lock"), _clock);
            Load();
            var changed = change(_stored);
            if (ReferenceEquals(changed, _stored)) return;
            DurableFile.Write(_effects, KeysFile, JsonSerializer.SerializeToUtf8Bytes(changed, PlatformJson.Options));
            _version = default;
            Load();
        }
    }

    private void Load()
    {
        var file = new FileInfo(KeysFile);
        if (!file.Exists)
        {
            _stored = [];
            return;
        }

        var version = (file.LastWriteTimeUtc, file.Length);
        if (version == _version) return;
        _stored = JsonSerializer.Deserialize<List<StoredKey>>(File.ReadAllBytes(KeysFile), PlatformJson.Options) ?? [];
        _version = version;
    }
}

using System.Security.Cryptography;
using Platform.Hosting.Security;
using Platform.Storage;

namespace Platform.Deployment.Secrets;

/// <summary>
/// Secrets at rest, sealed in an envelope so that the data key can be replaced without touching the platform's own:
/// <code>
/// sealing.key (data folder, or Sealing:Key)  seals →  secret_keys.content (a data key)  seals →  secrets.content (a value)
/// </code>
/// Nothing here gives a value to anybody but a replica that is being started.
/// </summary>
internal sealed class SecretVault(SecretBox box, TimeProvider time)
{
    private const int KeyLength = 32;

    /// <summary>Sets a secret: a first version, or the next one.</summary>
    public async Task<SecretRow> SetAsync(Transaction tx, string name, string value, string by)
    {
        var key = await tx.FirstOrDefaultAsync<KeyRow>("SELECT id, content FROM secret_keys ORDER BY created_at DESC, id LIMIT 1") ?? await NewKeyAsync(tx);
        using var data = Unseal(key);
        await tx.ExecuteAsync(
            """
            INSERT INTO secrets (name, version, data_key, content, created_at, changed_at, changed_by) VALUES (@name, 1, @key, @content, @now, @now, @by)
            ON CONFLICT (name) DO UPDATE SET version = secrets.version + 1, data_key = @key, content = @content, changed_at = @now, changed_by = @by
            """,
            new { name, key = key.Id, content = data.Seal(value, Purpose(name)), now = time.GetUtcNow(), by });
        return (await tx.SecretAsync(name))!;
    }

    /// <summary>Seals every secret with a new data key and forgets the old ones. Values and versions stay as they are.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RotateAsync(Transaction tx)
    {
        var old = await tx.QueryAsync<KeyRow>("SELECT id, content FROM secret_keys");
        var fresh = await NewKeyAsync(tx);
        using var to = Unseal(fresh);
        var rows = await tx.QueryAsync<SealedRow>("SELECT name, data_key, content FROM secrets");
        foreach (var group in rows.GroupBy(r => r.DataKey))
        {
            using var from = Unseal(old.Single(k => k.Id == group.Key));
            foreach (var row in group)
            {
                await tx.ExecuteAsync(
                    "UPDATE secrets SET data_key = @key, content = @content WHERE name = @Name",
                    new { key = fresh.Id, content = to.Seal(Value(from, row), Purpose(row.Name)), row.Name });
            }
        }

        await tx.ExecuteAsync("DELETE FROM secret_keys WHERE id <> @Id", new { fresh.Id });
        return rows.Count;
    }

    /// <summary>A secret's value; null: there is none of this name.</summary>
    /// <exception cref="UnauthorizedAccessException">It was sealed with another key.</exception>
    public async Task<string?> FindAsync(Reader reader, string name)
    {
        if (await reader.FirstOrDefaultAsync<SealedRow>("SELECT name, data_key, content FROM secrets WHERE name = @name", new { name }) is not { } row) return null;
        var key = await reader.FirstOrDefaultAsync<KeyRow>("SELECT id, content FROM secret_keys WHERE id = @DataKey", new { row.DataKey });
        using var data = Unseal(key ?? throw Unreadable(name));
        return Value(data, row);
    }

    private async Task<KeyRow> NewKeyAsync(Transaction tx)
    {
        var id = Guid.NewGuid().ToString("N");
        var key = new KeyRow { Id = id, Content = box.Seal(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength)), KeyPurpose(id)) };
        await tx.ExecuteAsync("INSERT INTO secret_keys (id, content, created_at) VALUES (@Id, @Content, @now)", new { key.Id, key.Content, now = time.GetUtcNow() });
        return key;
    }

    private SecretBox Unseal(KeyRow key) => box.Open(key.Content, KeyPurpose(key.Id)) is { } text ? new SecretBox(Convert.FromBase64String(text)) : throw Unreadable(key.Id);

    private static string Value(SecretBox data, SealedRow row) => data.Open(row.Content, Purpose(row.Name)) ?? throw Unreadable(row.Name);

    private static string Purpose(string name) => $"secret:{name}";

    private static string KeyPurpose(string id) => $"secret-key:{id}";

    private static UnauthorizedAccessException Unreadable(string what) =>
        new($"'{what}' was sealed with another key than the present sealing.key (or Sealing:Key); put the old key back, or set the secret again.");

    private sealed record KeyRow
    {
        public required string Id { get; init; }
        public required string Content { get; init; }
    }

    private sealed record SealedRow
    {
        public required string Name { get; init; }
        public required string DataKey { get; init; }
        public required string Content { get; init; }
    }
}

/// <summary>What anybody may know of a secret.</summary>
internal sealed record SecretRow
{
    /// <summary>Its name: <c>secret://NAME</c> in a manifest.</summary>
    public required string Name { get; init; }
    /// <summary>Grows with each new value; replicas that are started afterwards get it.</summary>
    public required long Version { get; init; }
    /// <summary>When it was first set.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it was last set.</summary>
    public required DateTimeOffset ChangedAt { get; init; }
    /// <summary>Who set it last.</summary>
    public required string ChangedBy { get; init; }
}

/// <summary>Secrets in the module's database, without their values.</summary>
internal static class SecretStore
{
    private const string Columns = "name, version, created_at, changed_at, changed_by";

    /// <summary>One; null: there is none of this name.</summary>
    public static Task<SecretRow?> SecretAsync(this Reader reader, string name) =>
        reader.FirstOrDefaultAsync<SecretRow>($"SELECT {Columns} FROM secrets WHERE name = @name", new { name });

    /// <summary>A page, by name.</summary>
    public static Task<IReadOnlyList<SecretRow>> SecretsAsync(this Reader reader, string after, int take) =>
        reader.QueryAsync<SecretRow>($"SELECT {Columns} FROM secrets WHERE name > @after ORDER BY name LIMIT @take", new { after, take });
}

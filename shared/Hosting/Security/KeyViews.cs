namespace Platform.Hosting.Security;

/// <summary>Body of <c>POST /keys</c>.</summary>
internal sealed record CreateKeyRequest
{
    /// <summary>Whose it is; appears in the audit log.</summary>
    public required string Name { get; init; }
    /// <summary><c>viewer</c>, <c>operator</c> or <c>admin</c>.</summary>
    public required string Role { get; init; }
    /// <summary>How long it is good for. Default: for ever.</summary>
    public TimeSpan? ExpiresIn { get; init; }
    /// <summary>Why, for the audit log. Optional.</summary>
    public string? Reason { get; init; }
}

/// <summary>A key that was just made.</summary>
internal sealed record CreatedKey
{
    /// <summary>Names the key without revealing it.</summary>
    public required string Id { get; init; }
    /// <summary>Whose it is.</summary>
    public required string Name { get; init; }
    /// <summary>Its role.</summary>
    public required string Role { get; init; }
    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    /// <summary>The key. Shown this once.</summary>
    public required string Key { get; init; }
}

/// <summary>A key as it may be seen.</summary>
internal sealed record KeyView
{
    /// <summary>Names the key without revealing it.</summary>
    public required string Id { get; init; }
    /// <summary>Whose it is.</summary>
    public required string Name { get; init; }
    /// <summary>Its role.</summary>
    public required string Role { get; init; }
    /// <summary>When it was made; null: it stands in the configuration.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public static KeyView Of(StoredKey key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Role = key.Role,
        CreatedAt = KeyStore.IsConfigured(key) ? null : key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
    };
}

namespace Platform.Hosting.Security;

/// <summary>A key as it is kept: never the key itself.</summary>
internal sealed record StoredKey
{
    /// <summary>Names the key without revealing it.</summary>
    public required string Id { get; init; }
    /// <summary>Whose it is.</summary>
    public required string Name { get; init; }
    /// <summary>viewer, operator or admin.</summary>
    public required string Role { get; init; }
    /// <summary>SHA-256, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }
    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

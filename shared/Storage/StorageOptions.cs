namespace Platform.Storage;

/// <summary>Where the modules keep their state. Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary><c>sqlite</c> (default) or <c>postgresql</c>.</summary>
    public string Kind { get; set; } = "sqlite";

    /// <summary>PostgreSQL: how to reach the server (Npgsql's key=value form). SQLite: not used; the files are <c>&lt;Data&gt;/&lt;module&gt;.db</c>.</summary>
    public string? ConnectionString { get; set; }
}

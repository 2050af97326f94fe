namespace Platform.Storage;

/// <summary>Which database engine a module's tables live in.</summary>
public enum SqlDialect
{
    /// <summary>One file per module; the default, nothing to install.</summary>
    Sqlite,
    /// <summary>One schema per module.</summary>
    PostgreSql,
}

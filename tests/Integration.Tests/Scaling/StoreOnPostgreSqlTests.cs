using Platform.Autoscaler.Tests.Stores;
using Platform.Testing;

namespace Platform.Integration.Tests.Scaling;

/// <summary>The autoscaler's tables on the other database.</summary>
[Collection(Servers.Name)]
public sealed class StoreOnPostgreSqlTests(PostgresServer postgres) : StoreContract
{
    private protected override async Task<IReadOnlyList<KeyValuePair<string, string?>>> SettingsAsync() =>
        [new("Storage:Kind", "postgresql"), new("Storage:ConnectionString", await postgres.CreateDatabaseAsync())];
}

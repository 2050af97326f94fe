namespace Platform.Autoscaler.Tests.Stores;

public sealed class SqliteStoreTests : StoreContract
{
    private protected override Task<IReadOnlyList<KeyValuePair<string, string?>>> SettingsAsync() => Task.FromResult<IReadOnlyList<KeyValuePair<string, string?>>>([]);
}

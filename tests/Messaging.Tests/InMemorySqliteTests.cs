using Platform.Testing;

namespace Platform.Messaging.Tests;

public sealed class InMemorySqliteTests : MessagingConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private protected override IEnumerable<KeyValuePair<string, string?>> Settings => [new("Data", _folder.Path)];

    public void Dispose() => _folder.Dispose();
}

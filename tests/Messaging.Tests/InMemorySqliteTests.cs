using Platform.Testing;

namespace Platform.Messaging.Tests;

public sealed class InMemorySqliteTests : MessagingConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private protected override IEnumerable<KeyValuePair<string, string?>> Settings => [new("Data", _folder.Path)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Sent_ButNotHandledBeforeTheKill_IsSentAgainByTheNextStart()
    {
        var journal = new Journal();
        var (lost, old) = (Guid.NewGuid(), Guid.NewGuid());
        await using (var first = await StartAsync(journal: journal))
        {
            await first.SendAsync(new DoWork { CorrelationId = lost }, new DoWork { CorrelationId = old });
            await first.QuietAsync(async () => await first.TimesAsync(first.Watcher, lost, "watch") + await first.TimesAsync(first.Watcher, old, "watch") == 2, "both handled");
            await ForgetTheHandlingAsync(first);
            await first.Worker.TransactAsync(t => t.ExecuteAsync(
                "UPDATE outbox_message SET sent_at = @at WHERE correlation_id = @old", new { old, at = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(11) }));
        }

        await using (var second = await StartAsync(journal: journal))
        {
            await second.QuietAsync(async () => await second.TimesAsync(second.Watcher, lost, "watch") == 1, "the lost one handled");
            Assert.Equal(0, await second.TimesAsync(second.Worker, old, "work"));
        }

        // And a third time, which the inboxes must make harmless.
        await using var third = await StartAsync(journal: journal);
        await third.SendAsync(new DoWork { CorrelationId = old, Behaviour = "behind the others" });
        await third.QuietAsync(async () => await third.TimesAsync(third.Watcher, old, "watch") == 1, "one behind the others");
        Assert.Equal(1, await third.TimesAsync(third.Worker, lost, "work"));
        Assert.Equal(1, await third.TimesAsync(third.Watcher, lost, "watch"));
    }

    /// <summary>As if the process had been killed between the sending and the consumer's commit.</summary>
    private static async Task ForgetTheHandlingAsync(TestHost host)
    {
        await host.Worker.TransactAsync(async t =>
        {
            await t.ExecuteAsync("DELETE FROM inbox_state");
            await t.ExecuteAsync("DELETE FROM handled");
            await t.ExecuteAsync("DELETE FROM outbox_message WHERE type LIKE '%WorkDone%'");
        });
        await host.Watcher.TransactAsync(async t =>
        {
            await t.ExecuteAsync("DELETE FROM inbox_state");
            await t.ExecuteAsync("DELETE FROM handled");
        });
    }
}

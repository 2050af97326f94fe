using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts.Traffic;
using Platform.Effects;
using Platform.Gateway.Routers.Nginx;
using Platform.Testing;

namespace Platform.Gateway.Tests.Routers.Nginx;

public sealed class NginxRouterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nginx-").FullName;
    private readonly FakeNginx _nginx;

    public NginxRouterTests() => _nginx = new FakeNginx(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Killed before and after every effect, and sent the table again: it is served, and nginx could have started at any moment between.</summary>
    [Fact]
    public async Task Killed_at_any_effect_the_table_sent_again_makes_it_right()
    {
        var points = 0;
        foreach (var after in new[] { false, true })
        {
            for (var at = 1; ; at++)
            {
                Assert.Null(await ApplyAsync(UnhinderedEffects.Instance, Table(1, "v1", "old.example")));
                var killing = new KillingEffects(at, after);
                var died = false;
                try
                {
                    await ApplyAsync(killing, Table(2, "v2", "new.example"));
                }
                catch (KilledException)
                {
                    died = true;
                    points++;
                }

                if (died) Assert.True(_nginx.WouldStart);
                Assert.Null(await ApplyAsync(UnhinderedEffects.Instance, Table(2, "v2", "new.example")));
                var served = await _nginx.ServedAsync(NginxText.Short("shop"), CancellationToken.None);
                Assert.Equal(2, served!.Generation);
                Assert.False(File.Exists(Path.Combine(_folder, ".undo.json")));
                Assert.Equal(["_any.conf", "new_2eexample.conf"], Directory.EnumerateFiles(Path.Combine(_folder, "hosts")).Select(Path.GetFileName).Order());
                if (!died) break;
            }
        }

        Assert.True(points > 20, $"only {points} kill points");
    }

    [Fact]
    public async Task A_change_that_was_begun_and_is_not_validated_is_taken_back_by_the_next_run()
    {
        Assert.Null(await ApplyAsync(UnhinderedEffects.Instance, Table(1, "v1", "a.example")));
        var before = Content();
        // Killed right before nginx would have found it bad.
        var killing = new KillingEffects { KillBefore = (kind, what) => kind == EffectKind.ProcessStart && File.Exists(Path.Combine(_folder, ".undo.json")) };
        await Assert.ThrowsAsync<KilledException>(() => ApplyAsync(killing, Table(2, "v2", "b.example")));
        Assert.NotEqual(before, Content());

        _nginx.Broken = true;
        Assert.Equal("nginx: [emerg] broken", await ApplyAsync(UnhinderedEffects.Instance, Table(2, "v2", "b.example")));

        Assert.Equal(before, Content());
    }

    [Fact]
    public async Task A_table_that_is_served_already_costs_no_reload_and_a_file_that_somebody_changed_does()
    {
        await ApplyAsync(UnhinderedEffects.Instance, Table(1, "v1", "a.example"));
        await ApplyAsync(UnhinderedEffects.Instance, Table(1, "v1", "a.example"));
        Assert.Equal(1, _nginx.Reloads);

        await File.AppendAllTextAsync(Path.Combine(_folder, "applications/shop.conf"), "# by hand\n");
        await ApplyAsync(UnhinderedEffects.Instance, Table(1, "v1", "a.example"));
        Assert.Equal(2, _nginx.Reloads);
    }

    [Fact]
    public async Task Removing_what_was_never_there_asks_nginx_nothing()
    {
        using var router = Router(UnhinderedEffects.Instance);
        Assert.Null(await router.RemoveAsync("other", CancellationToken.None));
        Assert.Null(await router.RemoveAsync("../x", CancellationToken.None));
        Assert.Equal(0, _nginx.Reloads);
    }

    [Fact]
    public async Task Replicas_that_left_have_drained_when_no_old_worker_is_left_or_their_time_is_over()
    {
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var router = Router(UnhinderedEffects.Instance, time);
        var table = Table(1, "v1", "a.example");
        Assert.Null(await router.ApplyAsync(table, CancellationToken.None));

        Assert.False(await router.HasDrainedAsync(table, CancellationToken.None));
        _nginx.Seen!.RemoveAll(w => w.Leaving);
        Assert.True(await router.HasDrainedAsync(table, CancellationToken.None));

        // Where its workers cannot be seen, only time tells.
        _nginx.Seen = null;
        Assert.False(await router.HasDrainedAsync(table, CancellationToken.None));
        time.Advance(table.DrainTimeout);
        Assert.True(await router.HasDrainedAsync(table, CancellationToken.None));
    }

    private string Content() => string.Join('\n', Directory.EnumerateFiles(_folder, "*.conf", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => f + "\n" + File.ReadAllText(f)));

    private async Task<string?> ApplyAsync(IEffects effects, RouteTable table)
    {
        using var router = Router(effects);
        return await router.ApplyAsync(table, CancellationToken.None);
    }

    private NginxRouter Router(IEffects effects, TimeProvider? time = null)
    {
        _nginx.Effects = effects;
        if (_nginx.Seen is { } seen) _nginx.Seen = [seen[^1]];
        var options = Options.Create(new NginxOptions { Folder = _folder, Timeout = TimeSpan.FromSeconds(2) });
        return new NginxRouter(_nginx, options, new GatewayOptions(), effects, time ?? TimeProvider.System, NullLogger<NginxRouter>.Instance);
    }

    private static RouteTable Table(long generation, string revision, string host) => new()
    {
        Application = "shop",
        Generation = generation,
        Router = "nginx",
        Hosts = [host],
        Revisions = [new RevisionRoute { Revision = revision, Weight = 1, Replicas = [new ReplicaAddress { Id = "a", Address = new Uri("http://127.0.0.1:1") }] }],
    };
}

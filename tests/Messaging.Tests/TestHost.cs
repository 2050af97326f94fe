using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts;
using Platform.Effects;
using Platform.Storage;
using Platform.Testing;

namespace Platform.Messaging.Tests;

/// <summary>A process of the platform with the test modules, as far as messaging is concerned.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host, KillingEffects effects, Journal journal)
    {
        _host = host;
        Effects = effects;
        Journal = journal;
    }

    public KillingEffects Effects { get; }

    public Journal Journal { get; }

    public IServiceProvider Services => _host.Services;

    public Database Worker => Services.GetRequiredKeyedService<Database>("worker");

    public Database Watcher => Services.GetRequiredKeyedService<Database>("watcher");

    public IMessagingStatus Status => Services.GetRequiredService<IMessagingStatus>();

    public static async Task<TestHost> StartAsync(IEnumerable<KeyValuePair<string, string?>> settings, KillingEffects? effects = null, Journal? journal = null)
    {
        effects ??= new KillingEffects();
        journal ??= new Journal();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton<IEffects>(effects);
        builder.Services.AddSingleton(journal);
        if (Environment.GetEnvironmentVariable("TEST_LOG") is not null) { builder.Logging.AddSimpleConsole(o => { o.SingleLine = true; o.TimestampFormat = "HH:mm:ss.fff "; }); builder.Logging.SetMinimumLevel(LogLevel.Debug); }
        builder.AddTestModules();
        var host = new TestHost(builder.Build(), effects, journal);
        try
        {
            await host._host.StartAsync();
        }
        catch (KilledException)
        {
            // Killed while it started: just as dead.
        }

        return host;
    }

    public Task SendAsync(params DoWork[] commands) => Worker.TransactAsync(async t =>
    {
        foreach (var command in commands) await t.SendAsync(command);
    });

    /// <summary>As a broker that delivers twice would. Async, so that the bus's log context, which ends with this host, does not stay with the caller.</summary>
    public async Task PublishRawAsync(IMessage message, Guid messageId)
        => await Services.GetRequiredService<IBus>().Publish(message, message.GetType(), Pipe.Execute<PublishContext>(c => c.MessageId = messageId));

    public Task<long> TimesAsync(Database database, Guid id, string what)
        => database.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT times FROM handled WHERE id = @id AND what = @what", new { id, what }));

    /// <summary>Nothing waits to be sent, and nothing that was sent is still being handled.</summary>
    public async Task QuietAsync(Func<Task<bool>> reached, string what)
    {
        await Eventually.HoldsAsync(reached, what);
        await Eventually.HoldsAsync(async () => await WaitingAsync(Worker) + await WaitingAsync(Watcher) == 0, "an empty outbox");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    public static Task<long> WaitingAsync(Database database)
        => database.ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM outbox_message WHERE sent_at IS NULL"));
}

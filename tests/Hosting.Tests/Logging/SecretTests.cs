using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Hosting.Logging;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Platform.Hosting.Tests.Logging;

public sealed class SecretTests
{
    private const string Canary = "canary-7f3a";

    private sealed class Sink(ITextFormatter formatter) : ILogEventSink
    {
        public StringWriter Text { get; } = new();

        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, Text);
    }

    private static string Log(ITextFormatter formatter, Action<ILogger> log)
    {
        var sink = new Sink(formatter);
        using var provider = new ServiceCollection().AddLogging(b => LoggingSetup.Add(b, new LogOptions(), sink)).BuildServiceProvider();
        log(provider.GetRequiredService<ILoggerFactory>().CreateLogger("Platform.Deployment.Rollouts"));
        return sink.Text.ToString();
    }

#pragma warning disable CA2254, CA1727 // The templates are what is tested.
    public static TheoryData<string, object> Leaks => new()
    {
        { "key {ApiKey}", Canary },
        { "password {Password}", Canary },
        { "header {Header}", "Bearer " + Canary },
        { "reference {Value}", "secret://" + Canary },
        { "connection {Text}", "Host=db;Username=me;Password=" + Canary + ";Database=x" },
        { "uri {Uri}", new Uri("amqp://guest:" + Canary + "@127.0.0.1:5672/") },
        { "key {Value}", "plk_" + Canary },
        { "object {@Value}", new { Name = "a", Token = Canary, Inner = new { Secret = Canary } } },
        { "map {@Value}", new Dictionary<string, string> { ["client_secret"] = Canary } },
    };

    [Theory]
    [MemberData(nameof(Leaks))]
    public void Secret_IsInNoLog(string template, object value)
    {
        foreach (var formatter in new ITextFormatter[] { new ConsoleFormatter(coloured: true), new ConsoleFormatter(coloured: false), new JsonFormatter() })
        {
            var text = Log(formatter, l => l.LogInformation(new InvalidOperationException("failed with password=" + Canary), template, value));
            Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
            Assert.Contains("***", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Json_IsOneObjectALine()
    {
        var text = Log(new JsonFormatter(), l => l.LogWarning("Replica {Replica} of {Application} has {Count} restarts", "r-1", "storefront", 3));
        using var line = JsonDocument.Parse(text);
        Assert.Equal("Replica r-1 of storefront has 3 restarts", line.RootElement.GetProperty("message").GetString());
        Assert.Equal((3, "warning"), (line.RootElement.GetProperty("count").GetInt32(), line.RootElement.GetProperty("level").GetString()));
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Console_NamesTheModule_AndIsPlainWithoutATerminal()
    {
        var text = Log(new ConsoleFormatter(coloured: false), l => l.LogInformation("Went {Far}", 3));
        Assert.Contains("info  deployment     Went 3", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
    }
}

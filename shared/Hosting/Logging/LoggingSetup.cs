using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Platform.Hosting.Logging;

/// <summary>Serilog behind Microsoft's logging.</summary>
internal static class LoggingSetup
{
    /// <summary>What is only noise at its own default level.</summary>
    private static readonly IReadOnlyDictionary<string, LogEventLevel> Quiet = new Dictionary<string, LogEventLevel>
    {
        ["Microsoft"] = LogEventLevel.Warning,
        ["Microsoft.Hosting.Lifetime"] = LogEventLevel.Warning,
        // Comes with ASP.NET Core's authentication and warns in every container that its keys are lost; nothing here uses them.
        ["Microsoft.AspNetCore.DataProtection"] = LogEventLevel.Error,
        ["System.Net.Http"] = LogEventLevel.Warning,
        ["MassTransit"] = LogEventLevel.Warning,
        ["Yarp"] = LogEventLevel.Warning,
        ["Platform.Hosting.Security.KeyAuthentication"] = LogEventLevel.Warning,
    };

    public static void Add(ILoggingBuilder logging, LogOptions options, ILogEventSink? sink = null)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Is(options.Level).Enrich.FromLogContext().Enrich.With<SecretMask>();
        foreach (var (source, level) in Quiet)
        {
            // What was asked for as a whole still counts: Log:Level=debug shows the libraries too, Log:Level=error silences them.
            if (!options.Levels.ContainsKey(source)) configuration.MinimumLevel.Override(source, options.Level == LogEventLevel.Information ? level : options.Level);
        }

        foreach (var (source, level) in options.Levels) configuration.MinimumLevel.Override(source, level);
        configuration = sink is not null ? configuration.WriteTo.Sink(sink) : configuration.WriteTo.Console(Formatter(options), standardErrorFromLevel: LogEventLevel.Verbose);
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddSerilog(configuration.CreateLogger(), dispose: true);
        logging.Services.AddSingleton(options);
    }

    private static ITextFormatter Formatter(LogOptions options) =>
        options.Format == "json" ? new JsonFormatter() : new ConsoleFormatter(!Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
}

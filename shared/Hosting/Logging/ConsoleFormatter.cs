using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace Platform.Hosting.Logging;

/// <summary>A line for people: time, level, where from, what. Coloured on a terminal; the level is also a word, never colour alone.</summary>
internal sealed class ConsoleFormatter(bool coloured) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var (name, colour) = Level(logEvent.Level);
        var line = $"{logEvent.Timestamp.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} ";
        output.Write(line);
        output.Write(coloured ? $"\u001b[{colour}m{name}\u001b[0m" : name);
        output.Write(coloured ? $" \u001b[2m{Source(logEvent),-14}\u001b[0m " : $" {Source(logEvent),-14} ");
        output.WriteLine(PlainMessage.Of(logEvent));
        if (logEvent.Exception is not null) output.WriteLine(Secrets.MaskText(logEvent.Exception.ToString()));
    }

    /// <summary>Who logs, short: the module for our own types, the last part of the name for others.</summary>
    private static string Source(LogEvent logEvent)
    {
        if (!logEvent.Properties.TryGetValue("SourceContext", out var value) || value is not ScalarValue { Value: string context }) return "";
        var parts = context.Split('.');
        return parts is ["Platform", var module, ..] ? module.ToLowerInvariant() : parts[^1];
    }

    private static (string Name, string Colour) Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => ("trace", "90"),
        LogEventLevel.Debug => ("debug", "90"),
        LogEventLevel.Information => ("info ", "32"),
        LogEventLevel.Warning => ("warn ", "33"),
        LogEventLevel.Error => ("error", "31"),
        _ => ("fatal", "41"),
    };
}

using System.ComponentModel.DataAnnotations;
using Serilog.Events;

namespace Platform.Hosting.Logging;

/// <summary>What is logged, and how. Section <c>Log</c>.</summary>
internal sealed class LogOptions
{
    /// <summary>console for people, json (a line each) for machines.</summary>
    [AllowedValues("console", "json")]
    public string Format { get; set; } = "console";

    /// <summary>The least level that is written.</summary>
    public LogEventLevel Level { get; set; } = LogEventLevel.Information;

    /// <summary>The least level by source, the longest prefix wins: Log:Levels:Platform.Gateway=debug.</summary>
    public IReadOnlyDictionary<string, LogEventLevel> Levels { get; set; } = new Dictionary<string, LogEventLevel>();
}

using System.ComponentModel.DataAnnotations;

namespace Platform.Hosting.Listening;

/// <summary>What a client may send at most. Section <c>Limits</c>.</summary>
internal sealed class LimitOptions
{
    /// <summary>The body of a control request, bytes.</summary>
    [Range(1024L, 1L << 30)]
    public long ControlBody { get; set; } = 1 << 20;

    /// <summary>The body of a request through the traffic port, bytes.</summary>
    [Range(1024L, 1L << 40)]
    public long TrafficBody { get; set; } = 100L << 20;

    /// <summary>All headers of a request together, bytes.</summary>
    [Range(1024, 1 << 20)]
    public int Headers { get; set; } = 32 << 10;

    /// <summary>Headers of a request.</summary>
    [Range(10, 1000)]
    public int HeaderCount { get; set; } = 100;

    /// <summary>How long the headers of a request may take to arrive.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Server-sent events and followed logs that may be open at once, all keys together.</summary>
    [Range(1, 100_000)]
    public int Streams { get; set; } = 512;

    /// <summary>As Streams, of one key.</summary>
    [Range(1, 100_000)]
    public int StreamsPerKey { get; set; } = 128;

    /// <summary>How long an idle connection is kept.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(130);
}

using System.ComponentModel.DataAnnotations;

namespace Platform.Gateway;

/// <summary>How the gateway forwards, holds, retries and watches. Section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Requests that may wait, over all applications, while theirs has no ready replica. Default 1,000; 0 to 100,000.</summary>
    [Range(0, 100_000)]
    public int HoldLimit { get; set; } = 1_000;

    /// <summary>How long a request may wait for a ready replica before it is answered 503. Default 30 s; 0 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan HoldTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Further replicas a failed request may try. Default 2; 0 to 10.</summary>
    [Range(0, 10)]
    public int RetryLimit { get; set; } = 2;

    /// <summary>Retries per second, per application, beyond a fifth of its requests. Default 50; 0 to 10,000.</summary>
    [Range(0, 10_000)]
    public int RetryReserve { get; set; } = 50;

    /// <summary>How long establishing a connection to a replica may take. Default 2 s; 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a request may go without a byte in either direction. Default 100 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ActivityTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long an idle connection to a replica is kept. Default 4 s; 1 s to 10 min. Below the shortest keep-alive time of
    /// common servers (5 s), so that the gateway is the one who closes and no request meets a closing connection.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IdleConnectionTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How often each replica's health path is asked. Default 1 s; 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer to a health check may take. Default 1 s; 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed health checks in a row after which a replica gets no requests while another one can. Default 3; 1 to 100.</summary>
    [Range(1, 100)]
    public int UnhealthyAfter { get; set; } = 3;

    /// <summary>Requests in a row without an answer after which a replica is ejected. Default 3; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int EjectAfter { get; set; } = 3;

    /// <summary>How long the first ejection lasts; each further one in a row lasts twice as long. Default 2 s; 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan EjectFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest ejection. Default 60 s; 100 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan EjectAtMost { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Copies of requests that may be under way to a revision that is tried out, per application; further requests are not copied.
    /// Default 64; 0 to 10,000.
    /// </summary>
    [Range(0, 10_000)]
    public int MirrorLimit { get; set; } = 64;

    /// <summary>The longest body of which a copy is kept; requests with a longer one are not copied. Default 64Ki; 0 to 1Mi.</summary>
    [Range(0, 1_048_576)]
    public long MirrorBodyLimit { get; set; } = 65_536;

    /// <summary>How long a copy may wait for its answer before it counts as failed. Default 30 s; 100 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan MirrorTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

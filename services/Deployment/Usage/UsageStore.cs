using Platform.Metrics;
using Platform.Storage;

namespace Platform.Deployment.Usage;

/// <summary>The hours in the module's database.</summary>
internal static class UsageStore
{
    private const string Columns = "application, hour, requests, errors, latencies, cpu_seconds, memory_byte_seconds, short_seconds, out_seconds";

    /// <summary>Adds to what is written of that hour.</summary>
    public static async Task AddUsageAsync(this Transaction tx, UsageHour usage)
    {
        var row = await tx.FirstOrDefaultAsync<UsageRow>(
            $"SELECT {Columns} FROM usage_hours WHERE application = @Application AND hour = @Hour", new { usage.Application, usage.Hour });
        var sum = row is null ? usage : row.Usage().Plus(usage);
        await tx.ExecuteAsync(
            $"""
            INSERT INTO usage_hours ({Columns})
            VALUES (@Application, @Hour, @Requests, @Errors, @latencies, @CpuSeconds, @MemoryByteSeconds, @ShortSeconds, @OutSeconds)
            ON CONFLICT (application, hour) DO UPDATE SET requests = excluded.requests, errors = excluded.errors, latencies = excluded.latencies,
                cpu_seconds = excluded.cpu_seconds, memory_byte_seconds = excluded.memory_byte_seconds,
                short_seconds = excluded.short_seconds, out_seconds = excluded.out_seconds
            """,
            new
            {
                sum.Application,
                sum.Hour,
                sum.Requests,
                sum.Errors,
                latencies = Convert.ToBase64String(sum.Latencies.ToBytes()),
                sum.CpuSeconds,
                sum.MemoryByteSeconds,
                sum.ShortSeconds,
                sum.OutSeconds,
            });
    }

    /// <summary>The hours that began in a time, by application and hour.</summary>
    public static async Task<IReadOnlyList<UsageHour>> UsageAsync(this Reader reader, DateTimeOffset from, DateTimeOffset to, int most) =>
        [.. (await reader.QueryAsync<UsageRow>(
            $"SELECT {Columns} FROM usage_hours WHERE hour >= @from AND hour < @to ORDER BY application, hour LIMIT @most", new { from, to, most })).Select(r => r.Usage())];

    private sealed record UsageRow
    {
        public required string Application { get; init; }
        public required DateTimeOffset Hour { get; init; }
        public required long Requests { get; init; }
        public required long Errors { get; init; }
        public required string Latencies { get; init; }
        public required double CpuSeconds { get; init; }
        public required double MemoryByteSeconds { get; init; }
        public required double ShortSeconds { get; init; }
        public required double OutSeconds { get; init; }

        public UsageHour Usage() => new(Application, Hour)
        {
            Requests = Requests,
            Errors = Errors,
            Latencies = LatencyHistogram.TryRead(Convert.FromBase64String(Latencies), out var latencies) ? latencies : new LatencyHistogram(),
            CpuSeconds = CpuSeconds,
            MemoryByteSeconds = MemoryByteSeconds,
            ShortSeconds = ShortSeconds,
            OutSeconds = OutSeconds,
        };
    }
}

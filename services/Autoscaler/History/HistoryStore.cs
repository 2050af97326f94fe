using System.Buffers.Binary;
using Platform.Storage;

namespace Platform.Autoscaler.History;

/// <summary>
/// The history's rows. The fleet's newest minutes are one row each, so that a minute is one write however many applications there are;
/// when a day is over it becomes one row per series, and the minutes' rows go.
/// </summary>
internal static class HistoryStore
{
    private const int EntryLength = 6;
    private const string MaskColumns = "id, application, cause, kind, scope, induces_load, begins, ends, latest";

    public static Task<IReadOnlyList<SeriesRow>> SeriesAsync(Reader reader) => reader.QueryAsync<SeriesRow>("SELECT id, application, metric FROM history_series");

    public static Task<IReadOnlyList<ChunkRow>> DaysAsync(Reader reader, long since) =>
        reader.QueryAsync<ChunkRow>("SELECT series, number, data FROM history_days WHERE number >= @since", new { since });

    public static Task<IReadOnlyList<ChunkRow>> MonthsAsync(Reader reader, long since) =>
        reader.QueryAsync<ChunkRow>("SELECT series, number, data FROM history_months WHERE number >= @since", new { since });

    public static Task<IReadOnlyList<MinuteRow>> MinutesAsync(Reader reader) => reader.QueryAsync<MinuteRow>("SELECT minute, data FROM history_minutes ORDER BY minute");

    public static Task<long?> OldestMinuteAsync(Reader reader) => reader.FirstOrDefaultAsync<long?>("SELECT MIN(minute) FROM history_minutes");

    public static Task<IReadOnlyList<Mask>> MasksAsync(Reader reader, DateTimeOffset changedSince) => reader.QueryAsync<Mask>(
        $"SELECT {MaskColumns} FROM history_masks WHERE changed_at >= @changedSince AND cause <> ''", new { changedSince });

    public static Task<Mask?> MaskAsync(Reader reader, string id) => reader.FirstOrDefaultAsync<Mask>($"SELECT {MaskColumns} FROM history_masks WHERE id = @id", new { id });

    /// <summary>What makes all that is measured of these applications untypical, or did until a moment ago.</summary>
    public static Task<IReadOnlyList<Mask>> DisturbancesAsync(Reader reader, string[] applications, DateTimeOffset changedSince) => reader.QueryAsync<Mask>(
        $"SELECT {MaskColumns} FROM history_masks WHERE application IN @applications AND kind <> @rollout AND (ends IS NULL OR changed_at >= @changedSince)",
        new { applications, rollout = (int)MaskKind.Rollout, changedSince });

    /// <summary>Gives new series their numbers.</summary>
    /// <returns>The numbers, in the order of the series; the caller sets them when the transaction is committed.</returns>
    public static async Task<long[]> NumberAsync(Transaction transaction, IReadOnlyList<(string Application, string Metric)> series)
    {
        var last = await transaction.FirstOrDefaultAsync<long?>("SELECT MAX(id) FROM history_series") ?? 0;
        var rows = series.Select((one, i) => new { Id = last + 1 + i, one.Application, one.Metric }).ToList();
        if (rows.Count > 0) await transaction.ExecuteAsync("INSERT INTO history_series (id, application, metric) VALUES (@Id, @Application, @Metric)", rows);
        return [.. rows.Select(row => row.Id)];
    }

    public static Task SaveMinuteAsync(Transaction transaction, long minute, byte[] data) => transaction.ExecuteAsync(
        "INSERT INTO history_minutes (minute, data) VALUES (@minute, @data) ON CONFLICT (minute) DO UPDATE SET data = excluded.data", new { minute, data });

    public static async Task SaveChunksAsync(Transaction transaction, IReadOnlyList<ChunkRow> days, IReadOnlyList<ChunkRow> months)
    {
        const string Rows = "(series, number, data) VALUES (@Series, @Number, @Data) ON CONFLICT (series, number) DO UPDATE SET data = excluded.data";
        if (days.Count > 0) await transaction.ExecuteAsync($"INSERT INTO history_days {Rows}", days);
        if (months.Count > 0) await transaction.ExecuteAsync($"INSERT INTO history_months {Rows}", months);
    }

    /// <summary>Removes what has become rows of days, and what is older than is kept.</summary>
    public static async Task ForgetAsync(Transaction transaction, long minutesBefore, long daysBefore, long monthsBefore, DateTimeOffset masksBefore)
    {
        await transaction.ExecuteAsync("DELETE FROM history_minutes WHERE minute < @minutesBefore", new { minutesBefore });
        await transaction.ExecuteAsync("DELETE FROM history_days WHERE number < @daysBefore", new { daysBefore });
        await transaction.ExecuteAsync("DELETE FROM history_months WHERE number < @monthsBefore", new { monthsBefore });
        await transaction.ExecuteAsync("DELETE FROM history_masks WHERE begins < @masksBefore", new { masksBefore });
    }

    /// <summary>Removes all that is kept of an application. What its minutes' rows say of numbers that are gone is ignored.</summary>
    public static async Task RemoveAsync(Transaction transaction, string application)
    {
        await transaction.ExecuteAsync("DELETE FROM history_days WHERE series IN (SELECT id FROM history_series WHERE application = @application)", new { application });
        await transaction.ExecuteAsync("DELETE FROM history_months WHERE series IN (SELECT id FROM history_series WHERE application = @application)", new { application });

        // Its series stay as names without a history: their numbers must not be given to others while minutes speak of them.
        await transaction.ExecuteAsync("UPDATE history_series SET application = '', metric = CAST(id AS TEXT) WHERE application = @application", new { application });
        await transaction.ExecuteAsync("DELETE FROM history_masks WHERE application = @application", new { application });
    }

    /// <summary>A mask begins; its end may have arrived before.</summary>
    public static Task BeginMaskAsync(Transaction transaction, Mask mask, DateTimeOffset now) => transaction.ExecuteAsync(
        """
        INSERT INTO history_masks (id, application, cause, kind, scope, induces_load, begins, ends, latest, changed_at)
        VALUES (@Id, @Application, @Cause, @kind, @scope, @InducesLoad, @Begins, NULL, @Latest, @now)
        ON CONFLICT (id) DO UPDATE SET begins = excluded.begins, cause = excluded.cause, kind = excluded.kind, scope = excluded.scope,
            induces_load = excluded.induces_load, latest = excluded.latest, changed_at = excluded.changed_at
        """,
        new { mask.Id, mask.Application, mask.Cause, kind = (int)mask.Kind, scope = (int)mask.Scope, mask.InducesLoad, mask.Begins, mask.Latest, now });

    public static Task EndMaskAsync(Transaction transaction, string id, string application, DateTimeOffset at, DateTimeOffset now) => transaction.ExecuteAsync(
        """
        INSERT INTO history_masks (id, application, cause, scope, begins, ends, changed_at) VALUES (@id, @application, '', 0, @at, @at, @now)
        ON CONFLICT (id) DO UPDATE SET ends = excluded.ends, changed_at = excluded.changed_at
        """,
        new { id, application, at, now });

    /// <summary>A minute of the fleet: number and value of each series that was measured.</summary>
    public static byte[] Encode(IReadOnlyList<(long Series, ushort Code)> samples)
    {
        var data = new byte[samples.Count * EntryLength];
        for (var i = 0; i < samples.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(i * EntryLength), checked((uint)samples[i].Series));
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan((i * EntryLength) + 4), samples[i].Code);
        }

        return data;
    }

    /// <summary>A row that was cut short gives what is whole of it.</summary>
    public static IEnumerable<(long Series, ushort Code)> Decode(byte[] data)
    {
        for (var at = 0; at + EntryLength <= data.Length; at += EntryLength)
        {
            yield return (BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(at)), BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(at + 4)));
        }
    }
}

/// <summary>A series and its number.</summary>
internal sealed record SeriesRow
{
    public long Id { get; init; }

    public string Application { get; init; } = "";

    public string Metric { get; init; } = "";
}

/// <summary>A day's minutes, or thirty days' hours, of a series.</summary>
internal sealed record ChunkRow
{
    public long Series { get; init; }

    public long Number { get; init; }

    public byte[] Data { get; init; } = [];
}

/// <summary>A minute of the fleet.</summary>
internal sealed record MinuteRow
{
    public long Minute { get; init; }

    public byte[] Data { get; init; } = [];
}

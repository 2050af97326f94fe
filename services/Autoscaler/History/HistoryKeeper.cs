using Platform.Autoscaler.Decisions;
using Platform.Storage;

namespace Platform.Autoscaler.History;

/// <summary>
/// Keeps the history on disk: reads it at the start, writes each minute of the fleet as one row when it is over, and turns days that are
/// over into a row per series. A kill loses the minute under way and nothing more.
/// </summary>
internal sealed partial class HistoryKeeper(
    [FromKeyedServices(AutoscalerModule.Name)] Database database,
    FleetHistory history,
    Leadership leadership,
    TimeProvider time,
    ILogger<HistoryKeeper> logger) : BackgroundService
{
    private const int MostPending = 60;
    private const int SeriesPerTransaction = 500;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);
    private readonly Queue<ClosedMinute> _pending = [];
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _masksRead = DateTimeOffset.UnixEpoch;
    private int _term;
    private long _foldedBefore;

    /// <summary>Called with each minute that is over, oldest first, once what came before the start is loaded.</summary>
    public event Action<ClosedMinute>? MinuteClosed;

    /// <summary>Completes when what came before the start is loaded.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Minutes that are over and not written yet.</summary>
    public int Pending => _pending.Count;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            do await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(_pending.Count);
        }
    }

    /// <summary>One round: load once, close what is over, write it.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!_loaded.Task.IsCompleted) await LoadAsync(cancellationToken);
        var closed = history.Close();
        foreach (var minute in closed)
        {
            _pending.Enqueue(minute);
            MinuteClosed?.Invoke(minute);
        }

        // Whoever does not lead keeps an hour, in case the one that does goes without having written it.
        while (_pending.Count > MostPending) _pending.Dequeue();
        if (closed.Count > 0) await ReadMasksAsync(cancellationToken);
        if (_pending.Count == 0 || !await leadership.HoldAsync(cancellationToken)) return;
        if (_term != leadership.Term) await RenumberAsync(cancellationToken);
        await WriteAsync(cancellationToken);
        await FoldAsync(cancellationToken);
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunOnceAsync(stoppingToken);
        }
        catch (LeaseLostException)
        {
            leadership.Lost();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure, _pending.Count);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var minute = FleetHistory.MinuteOf(time.GetUtcNow());
        await database.ReadAsync(async reader =>
        {
            var names = (await HistoryStore.SeriesAsync(reader)).Where(row => row.Application.Length > 0).ToDictionary(row => row.Id);
            foreach (var row in await HistoryStore.DaysAsync(reader, (minute / SeriesHistory.MinutesPerDay) - SeriesHistory.Days)) Put(names, row.Series, series => series.Minutes.Import(row.Number, row.Data));
            foreach (var row in await HistoryStore.MonthsAsync(reader, 0)) Put(names, row.Series, series => series.HourlyMeans.Import(row.Number, row.Data));
            foreach (var mask in await HistoryStore.MasksAsync(reader, DateTimeOffset.UnixEpoch)) history.Of(mask.Application).Apply(mask, time.GetUtcNow());
            foreach (var row in await HistoryStore.MinutesAsync(reader)) LoadMinute(names, row);
            return true;
        }, cancellationToken);
        _loaded.TrySetResult();
    }

    /// <summary>A minute that the clock has yet to reach was written by one that was ahead.</summary>
    private void LoadMinute(Dictionary<long, SeriesRow> names, MinuteRow row)
    {
        var now = time.GetUtcNow();
        if (row.Minute > FleetHistory.MinuteOf(now)) return;
        foreach (var (id, code) in HistoryStore.Decode(row.Data))
        {
            Put(names, id, series =>
            {
                if (series.Minutes[row.Minute] == ValueCode.Missing) series.Minutes.Set(row.Minute, code);
            });
        }

        if (row.Minute % 60 != 59) return;
        foreach (var application in history.Applications) application.CloseHour(row.Minute / 60, now);
    }

    private void Put(Dictionary<long, SeriesRow> names, long id, Action<SeriesHistory> put)
    {
        if (!names.TryGetValue(id, out var name)) return;
        history.Of(name.Application).With(name.Metric, series =>
        {
            series.Id = id;
            put(series);
            return true;
        });
    }

    /// <summary>The one that led before may have numbered series that are new here, and the other way round.</summary>
    private async Task RenumberAsync(CancellationToken cancellationToken)
    {
        var ids = (await database.ReadAsync(HistoryStore.SeriesAsync, cancellationToken)).ToDictionary(row => (row.Application, row.Metric), row => row.Id);
        foreach (var application in history.Applications) application.ForEach(series => series.Id = ids.GetValueOrDefault((application.Application, series.Metric)));
        _term = leadership.Term;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var minutes = _pending.ToList();
        await NumberAsync(minutes, cancellationToken);
        await database.TransactAsync(async transaction =>
        {
            await leadership.AssertHeldAsync(transaction);
            foreach (var minute in minutes)
            {
                var samples = minute.Samples.Select(sample => (sample.Series.Id, sample.Code)).ToList();
                if (samples.Count > 0) await HistoryStore.SaveMinuteAsync(transaction, minute.Minute, HistoryStore.Encode(samples));
            }
        }, cancellationToken);
        foreach (var _ in minutes) _pending.Dequeue();
    }

    /// <summary>Numbers the series that are new, a part at a time: decisions are written in between, also when a whole fleet is new.</summary>
    private async Task NumberAsync(IEnumerable<ClosedMinute> minutes, CancellationToken cancellationToken)
    {
        var unnumbered = minutes.SelectMany(minute => minute.Samples).Where(sample => sample.Series.Id == 0).DistinctBy(sample => sample.Series);
        foreach (var part in unnumbered.Chunk(SeriesPerTransaction).ToList())
        {
            var numbers = await database.TransactAsync(async transaction =>
            {
                await leadership.AssertHeldAsync(transaction);
                return await HistoryStore.NumberAsync(transaction, [.. part.Select(sample => (sample.Application, sample.Series.Metric))]);
            }, cancellationToken);
            foreach (var (sample, number) in part.Zip(numbers)) sample.Series.Id = number;
        }
    }

    /// <summary>Turns days that are over into a row per series. Done again after a kill in the middle it writes the same.</summary>
    private async Task FoldAsync(CancellationToken cancellationToken)
    {
        var today = history.ClosedThrough / SeriesHistory.MinutesPerDay;
        if (_foldedBefore == today) return;
        if (await database.ReadAsync(HistoryStore.OldestMinuteAsync, cancellationToken) is { } oldest)
        {
            for (var day = oldest / SeriesHistory.MinutesPerDay; day < today; day++) await FoldAsync(day, cancellationToken);
        }

        await database.TransactAsync(async transaction =>
        {
            await leadership.AssertHeldAsync(transaction);
            var hour = today * 24;
            await HistoryStore.ForgetAsync(
                transaction, today * SeriesHistory.MinutesPerDay, today - SeriesHistory.Days, (hour - SeriesHistory.Hours) / SeriesHistory.HoursPerChunk,
                time.GetUtcNow() - TimeSpan.FromHours(SeriesHistory.Hours));
        }, cancellationToken);
        _foldedBefore = today;
    }

    private async Task FoldAsync(long day, CancellationToken cancellationToken)
    {
        List<ChunkRow> days = [], months = [];
        var firstMonth = day * 24 / SeriesHistory.HoursPerChunk;
        var lastMonth = ((day * 24) + 23) / SeriesHistory.HoursPerChunk;
        foreach (var application in history.Applications)
        {
            application.ForEach(series =>
            {
                if (series.Id == 0) return;
                if (series.Minutes.Export(day) is { } minutes) days.Add(new ChunkRow { Series = series.Id, Number = day, Data = minutes });
                for (var month = firstMonth; month <= lastMonth; month++)
                {
                    if (series.HourlyMeans.Export(month) is { } hours) months.Add(new ChunkRow { Series = series.Id, Number = month, Data = hours });
                }
            });
            if (days.Count < SeriesPerTransaction) continue;
            await SaveAsync(days, months, cancellationToken);
            days.Clear();
            months.Clear();
        }

        if (days.Count > 0 || months.Count > 0) await SaveAsync(days, months, cancellationToken);
    }

    private Task SaveAsync(List<ChunkRow> days, List<ChunkRow> months, CancellationToken cancellationToken) => database.TransactAsync(async transaction =>
    {
        await leadership.AssertHeldAsync(transaction);
        await HistoryStore.SaveChunksAsync(transaction, days, months);
    }, cancellationToken);

    /// <summary>Masks come over the bus to any instance; the database tells all of them.</summary>
    private async Task ReadMasksAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var mask in await database.ReadAsync(reader => HistoryStore.MasksAsync(reader, _masksRead), cancellationToken)) history.Of(mask.Application).Apply(mask, now);
        _masksRead = now - Overlap;
    }

    [LoggerMessage(1, LogLevel.Warning, "The history is not written, {Minutes} minutes wait")]
    private partial void LogFailed(Exception failure, int minutes);

    [LoggerMessage(2, LogLevel.Debug, "Stopped with {Minutes} minutes to write")]
    private partial void LogStopped(int minutes);
}

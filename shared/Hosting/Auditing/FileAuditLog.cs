using System.Text.Json;
using Platform.Effects;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Hosting.Auditing;

/// <summary>The audit log of a module without a database: a line of JSON per entry, flushed before the change is made.</summary>
internal sealed class FileAuditLog(string path, IEffects effects, TimeProvider clock) : IAuditLog, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _lines = -1;

    public Task RecordAsync(Transaction transaction, AuditEntry entry) => RecordAsync(entry, CancellationToken.None);

    public async Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_lines < 0) _lines = Lines().LongCount();
            var line = (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(entry with { Id = _lines + 1, At = clock.GetUtcNow() }, PlatformJson.Options), (byte)'\n'];
            effects.Before(EffectKind.FileWrite, path);
            await using (var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await file.WriteAsync(line.AsMemory(0, effects.Torn(path, line.Length)), CancellationToken.None);
                file.Flush(flushToDisk: true);
            }

            effects.After(EffectKind.FileWrite, path);
            _lines++;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int take, long? before, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // The last `take` of those before; the file is read from its beginning, holding no more than a page.
            var page = new Queue<AuditEntry>(take + 1);
            foreach (var entry in Lines().Select(Parse).OfType<AuditEntry>().TakeWhile(e => before is null || e.Id < before))
            {
                page.Enqueue(entry);
                if (page.Count > take) page.Dequeue();
            }

            return [.. page.Reverse()];
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private IEnumerable<string> Lines() => File.Exists(path) ? File.ReadLines(path) : [];

    /// <summary>A line torn by a kill is not an entry; the ones around it are.</summary>
    private static AuditEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditEntry>(line, PlatformJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

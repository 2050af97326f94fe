using System.Text.Json.Nodes;

namespace Platform.Testing.Kubernetes;

/// <summary>A change to an object, in the order in which changes happened.</summary>
internal sealed record Change(long Version, Kind Kind, JsonObject? Before, JsonObject? After);

/// <summary>The objects, each with the version of its last change, and a bounded memory of those changes for who watches.</summary>
internal sealed class ObjectStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<Change> _changes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 1000;
    private long _forgotten = 1000;

    /// <summary>So many changes are remembered.</summary>
    public int Remembered { get; set; } = 10_000;

    public long Version
    {
        get
        {
            lock (_gate) return _version;
        }
    }

    /// <summary>Ends with the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate) return _changed.Task;
        }
    }

    public JsonObject? Find(Kind kind, string? place, string name)
    {
        lock (_gate) return _objects.GetValueOrDefault(Key(kind, place, name))?.DeepClone().AsObject();
    }

    /// <summary>In the order of their keys, with the version that they are all of.</summary>
    public (List<JsonObject> Items, long Version) List(Kind kind, string? place)
    {
        lock (_gate)
        {
            var prefix = place is null ? $"{kind.Qualified}/" : $"{kind.Qualified}/{place}/";
            return ([.. _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(o => o.Value.DeepClone().AsObject())], _version);
        }
    }

    /// <summary>Reads, decides and writes in one. Null from <paramref name="decide"/>: the object goes.</summary>
    /// <returns>What is there afterwards; of what went, what was there last.</returns>
    public JsonObject? Write(Kind kind, string? place, string name, Func<JsonObject?, JsonObject?> decide)
    {
        TaskCompletionSource? wake = null;
        try
        {
            lock (_gate)
            {
                var key = Key(kind, place, name);
                var before = _objects.GetValueOrDefault(key);
                var after = decide(before?.DeepClone().AsObject());
                if (after is null && before is null) return null;
                if (after is not null && before is not null && JsonNode.DeepEquals(before, after)) return after;
                _version++;
                // As it would be read from its text: a number is a number, whatever it was made of.
                var shown = JsonNode.Parse((after ?? before)!.ToJsonString())!.AsObject();
                shown["metadata"]!["resourceVersion"] = $"{_version}";
                Settle(shown);
                if (after is null) _objects.Remove(key);
                else _objects[key] = shown;
                _changes.Add(new Change(_version, kind, before, after is null ? null : shown));
                if (after is null) _changes[^1] = new Change(_version, kind, shown, null);
                while (_changes.Count > Remembered)
                {
                    _forgotten = _changes[0].Version;
                    _changes.RemoveAt(0);
                }

                wake = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return shown.DeepClone().AsObject();
            }
        }
        finally
        {
            wake?.TrySetResult();
        }
    }

    /// <summary>What has changed since; null: that is longer ago than is remembered.</summary>
    public (IReadOnlyList<Change> Changes, Task Next)? Since(long version)
    {
        lock (_gate)
        {
            if (version < _forgotten) return null;
            var first = _changes.FindIndex(c => c.Version > version);
            return (first < 0 ? [] : _changes[first..], _changed.Task);
        }
    }

    /// <summary>As after a compaction: nothing before now is remembered.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _forgotten = _version;
            _changes.Clear();
        }
    }

    /// <summary>Nodes read from text take shape when they are first looked at, which several may not do at once.</summary>
    private static void Settle(JsonNode? node)
    {
        if (node is JsonObject members)
            foreach (var (_, member) in members) Settle(member);
        else if (node is JsonArray items)
            foreach (var item in items) Settle(item);
    }

    private static string Key(Kind kind, string? place, string name) => $"{kind.Qualified}/{(kind.IsNamespaced ? place : "-")}/{name}";
}

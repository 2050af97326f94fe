using System.Globalization;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>Which process a replica is: <c>1234@5678</c> in <see cref="ReplicaHandle.Instance"/>.</summary>
/// <param name="ProcessId">Its id.</param>
/// <param name="StartTime">When it started, in clock ticks since boot (<c>/proc/pid/stat</c>, field 22): tells it from a later one with the same id.</param>
public readonly record struct ProcessInstance(int ProcessId, long StartTime)
{
    /// <summary>Reads one; null: it is no process.</summary>
    public static ProcessInstance? Parse(string? instance)
    {
        var at = instance?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        return at > 0 && int.TryParse(instance.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
            && long.TryParse(instance.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var startTime)
                ? new ProcessInstance(processId, startTime)
                : null;
    }

    /// <summary>A handle's process.</summary>
    /// <exception cref="ArgumentException">The handle is another runtime's: acting on it as if it were a process would be acting on somebody else.</exception>
    public static ProcessInstance Of(ReplicaHandle handle)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return Parse(handle.Instance) ?? throw new ArgumentException($"'{handle.Instance}' is no process.", nameof(handle));
    }

    /// <summary><c>1234@5678</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId}@{StartTime}");
}

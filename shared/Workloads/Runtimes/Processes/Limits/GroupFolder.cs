using System.Globalization;
using System.Text;
using Platform.Workloads.Manifests;

namespace Platform.Workloads.Runtimes.Processes.Limits;

/// <summary>One replica's group in one hierarchy: the files behind limits and usage, by version.</summary>
internal sealed record GroupFolder(string Path, IReadOnlyList<string> Controllers, bool IsUnified)
{
    private const long Period = 100_000; // microseconds, the kernel's default
    private const long LeastQuota = 1_000; // microseconds, the kernel's least
    private const int MostProcesses = 4_096; // stops a fork bomb; threads count too

    private bool Has(string controller) => Controllers.Contains(controller);

    /// <summary>Makes the group and sets its limits. Gives what could not be set.</summary>
    public IReadOnlyList<string> Create(ResourceSpec resources)
    {
        Directory.CreateDirectory(Path);
        if (IsUnified) GroupRoot.HandDown(System.IO.Path.GetDirectoryName(Path)!, Controllers);
        var missing = new List<string>();
        void Set(string what, string file, string value)
        {
            if (!TryWrite(System.IO.Path.Combine(Path, file), value)) missing.Add(what);
        }

        if (Has("pids")) Set("pids", "pids.max", Text(MostProcesses));
        if (Has("cpu") && resources.Cpu is { } cores)
        {
            var quota = Math.Max(LeastQuota, (long)(cores * Period));
            if (IsUnified)
            {
                Set("cpu", "cpu.max", $"{Text(quota)} {Text(Period)}");
            }
            else
            {
                Set("cpu", "cpu.cfs_period_us", Text(Period));
                Set("cpu", "cpu.cfs_quota_us", Text(quota));
            }
        }

        if (Has("memory") && resources.MemoryBytes is { } bytes)
        {
            Set("memory", IsUnified ? "memory.max" : "memory.limit_in_bytes", Text(bytes));
            // No way round through swap. Kernels without swap accounting lack these files, which is as good.
            TryWrite(System.IO.Path.Combine(Path, IsUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes"), IsUnified ? "0" : Text(bytes));
            if (IsUnified) TryWrite(System.IO.Path.Combine(Path, "memory.oom.group"), "1");
        }

        return missing;
    }

    public bool TryAdd(int processId) => TryWrite(System.IO.Path.Combine(Path, "cgroup.procs"), Text(processId));

    public IReadOnlyList<int> Processes() =>
        [.. Content("cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    public double? CpuSeconds()
    {
        if (IsUnified) return Has("cpu") && Entry("cpu.stat", "usage_usec") is { } microseconds ? microseconds / 1e6 : null;
        return Has("cpuacct") && Number(Content("cpuacct.usage")) is { } nanoseconds ? nanoseconds / 1e9 : null;
    }

    /// <summary>The working set: what is used without the file cache that the kernel could drop at once.</summary>
    public long? MemoryBytes()
    {
        if (!Has("memory") || Number(Content(IsUnified ? "memory.current" : "memory.usage_in_bytes")) is not { } used) return null;
        return Math.Max(0, used - (Entry("memory.stat", IsUnified ? "inactive_file" : "total_inactive_file") ?? 0));
    }

    public static bool TryWrite(string path, string value)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(Encoding.ASCII.GetBytes(value));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string Content(string file) => ProcessTable.Read(System.IO.Path.Combine(Path, file)) is { } bytes ? Encoding.ASCII.GetString(bytes) : "";

    private long? Entry(string file, string name) =>
        Content(file).Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal)) is { } line ? Number(line[(name.Length + 1)..]) : null;

    private static long? Number(string text) => long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

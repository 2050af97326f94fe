using System.Globalization;
using System.Text;
using Platform.Workloads.Manifests;

namespace Platform.Workloads.Runtimes.Processes;

/// <summary>One line of <c>/proc/pid/stat</c>.</summary>
internal sealed record ProcessEntry(int ProcessId, char State, int Session, long StartTime, long CpuTicks, long ResidentPages)
{
    /// <summary>Ended processes stay as zombies until their parent asks for the exit code.</summary>
    public bool IsAlive => State is not ('Z' or 'X' or 'x');
}

/// <summary>Reads <c>/proc</c>. A process that ends while it is read is simply not there.</summary>
internal static class ProcessTable
{
    private const int ClockTicksName = 2, PageSizeName = 30;
    public static readonly long TicksPerSecond = Native.sysconf(ClockTicksName);
    public static readonly long PageSize = Native.sysconf(PageSizeName);

    public static ProcessEntry? Find(int processId)
    {
        if (Read($"/proc/{processId}/stat") is not { Length: > 0 } bytes) return null;
        var text = Encoding.Latin1.GetString(bytes);
        // The name in parentheses may hold anything, parentheses and spaces included: count from the last one.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        if (fields.Length < 22) return null;
        long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        return new ProcessEntry(processId, fields[0][0], (int)Field(6), Field(22), Field(14) + Field(15), Field(24));
    }

    /// <summary>The very process, if it lives.</summary>
    public static ProcessEntry? Alive(ProcessInstance process) => Find(process.ProcessId) is { IsAlive: true } entry && entry.StartTime == process.StartTime ? entry : null;

    public static IEnumerable<int> All()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var processId)) yield return processId;
    }

    /// <summary>Its markers; null: none, not ours to read, or ended. What runs in a container is a process of this machine too, but its engine's to stop.</summary>
    public static Markers? MarkersOf(int processId) =>
        Read($"/proc/{processId}/environ") is { } bytes && bytes.AsSpan().IndexOf("PLATFORM_REPLICA="u8) >= 0
        && Markers.Read(Encoding.UTF8.GetString(bytes).Split('\0')) is { Runtime: RuntimeNames.Process } markers
            ? markers
            : null;

    public static string? Output(int processId)
    {
        try
        {
            return new FileInfo($"/proc/{processId}/fd/1").LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // Ended meanwhile.
        }
    }

    /// <summary>A whole file of /proc, whose length is not known before; null: the process has ended or belongs to somebody else.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var content = new MemoryStream();
            file.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

using Platform.Workloads.Manifests;

namespace Platform.Workloads.Runtimes.Processes.Limits;

/// <summary>One replica's group in all hierarchies.</summary>
internal sealed class ReplicaGroup(IReadOnlyList<GroupFolder> folders)
{
    /// <summary>Makes it with its limits; gives the names of the limits that nothing here can enforce.</summary>
    public IReadOnlyList<string> Create(ResourceSpec resources)
    {
        var refused = folders.SelectMany(folder => folder.Create(resources)).ToList();
        var controllers = folders.SelectMany(folder => folder.Controllers).ToHashSet();
        if (resources.Cpu is not null && !controllers.Contains("cpu")) refused.Add("cpu");
        if (resources.MemoryBytes is not null && !controllers.Contains("memory")) refused.Add("memory");
        return refused;
    }

    /// <summary>Moves a process into it; gives whether every hierarchy took it.</summary>
    public bool Add(int processId) => folders.Aggregate(true, (all, folder) => folder.TryAdd(processId) && all);

    public IEnumerable<int> Processes() => folders.SelectMany(folder => folder.Processes()).Distinct();

    public double? CpuSeconds() => folders.Select(folder => folder.CpuSeconds()).FirstOrDefault(seconds => seconds is not null);

    public long? MemoryBytes() => folders.Select(folder => folder.MemoryBytes()).FirstOrDefault(bytes => bytes is not null);

    /// <summary>Removes it where nobody lives in it any more; false: somebody does.</summary>
    public bool TryRemove() => folders.Aggregate(true, (all, folder) => GroupRoot.TryRemove(folder.Path) && all);
}

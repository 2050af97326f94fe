using Platform.Workloads.Manifests;
using Platform.Workloads.Runtimes.Processes.Limits;

namespace Workloads.Tests.Runtimes.Processes.Limits;

public sealed class ControlGroupsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("groups-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_AMachineWithBothVersions_GivesEveryHierarchyAndItsOwnGroup()
    {
        var mounts = ControllerMount.Parse(
            """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:5 - cgroup cgroup rw,cpu,cpuacct
            35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """,
            "4:memory:/docker/abc/inner\n2:cpu,cpuacct:/\n1:name=systemd:/\n0::/user.slice\n");

        Assert.Equal(
            ["/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory/inner", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified/user.slice"],
            mounts.Select(m => m.Own));
        Assert.Equal(["cpu", "cpuacct"], mounts[0].Controllers);
        Assert.Equal([false, false, false, true], mounts.Select(m => m.IsUnified));
    }

    [Fact]
    public void Create_OnVersion2_SetsEveryLimit()
    {
        // A folder with the kernel's files: what is written can be looked at without version 2 on this machine.
        Kernel("", "cpu memory pids io");
        Kernel("platform", "cpu memory pids");
        Kernel("platform/owner", "");
        var replica = Kernel("platform/owner/r1", "");
        var groups = ControlGroups.Open([new ControllerMount([], _folder, _folder, IsUnified: true)]);

        var refused = groups.Group("owner", "r1").Create(new ResourceSpec { Cpu = 0.5, MemoryBytes = 64L << 20 });

        Assert.Empty(refused);
        Assert.Equal(["cpu", "memory", "pids"], groups.Controllers);
        Assert.Equal("50000 100000", File.ReadAllText(Path.Combine(replica, "cpu.max")));
        Assert.Equal("67108864", File.ReadAllText(Path.Combine(replica, "memory.max")));
        Assert.Equal("0", File.ReadAllText(Path.Combine(replica, "memory.swap.max")));
        Assert.Equal("1", File.ReadAllText(Path.Combine(replica, "memory.oom.group")));
        Assert.Equal("4096", File.ReadAllText(Path.Combine(replica, "pids.max")));
    }

    [Fact]
    public void Usage_OnVersion2_IsReadWithoutTheDroppableFileCache()
    {
        Kernel("", "cpu memory pids");
        Kernel("platform", "cpu memory pids");
        var replica = Kernel("platform/owner/r1", "");
        File.WriteAllText(Path.Combine(replica, "cpu.stat"), "usage_usec 2500000\nuser_usec 1\n");
        File.WriteAllText(Path.Combine(replica, "memory.current"), "5000\n");
        File.WriteAllText(Path.Combine(replica, "memory.stat"), "anon 1000\ninactive_file 1500\n");
        var group = ControlGroups.Open([new ControllerMount([], _folder, _folder, IsUnified: true)]).Group("owner", "r1");

        Assert.Equal(2.5, group.CpuSeconds());
        Assert.Equal(3500, group.MemoryBytes());
    }

    [Fact]
    public void Open_NothingWritable_GivesNoControllers()
    {
        var groups = ControlGroups.Open([new ControllerMount(["memory"], "/proc/none", "/proc/none", false), new ControllerMount([], "/proc/none", "/proc/none", true)]);

        Assert.Empty(groups.Controllers);
        Assert.Equal(["cpu", "memory"], groups.Group("o", "r").Create(new ResourceSpec { Cpu = 1, MemoryBytes = 1 << 30 }));
    }

    [Fact]
    public void RemoveLeftovers_OldEmptyGroupsOnly_AreRemoved()
    {
        var now = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        string Group(string path, TimeSpan age)
        {
            var full = Directory.CreateDirectory(Path.Combine(_folder, "platform", path)).FullName;
            Directory.SetLastWriteTimeUtc(full, (now - age).UtcDateTime);
            return full;
        }

        var old = Group("dead/old", TimeSpan.FromHours(1));
        var young = Group("dead/young", TimeSpan.FromSeconds(5));
        var lived = Group("live/lived", TimeSpan.FromHours(1));
        File.WriteAllText(Path.Combine(lived, "somebody"), ""); // As the kernel does, removing a folder in use fails.
        Directory.SetLastWriteTimeUtc(lived, (now - TimeSpan.FromHours(1)).UtcDateTime);
        var groups = ControlGroups.Open([new ControllerMount(["memory"], _folder, _folder, IsUnified: false)]);

        Assert.Equal(1, groups.RemoveLeftovers(now));

        Assert.False(Directory.Exists(old));
        Assert.True(Directory.Exists(young));
        Assert.True(Directory.Exists(lived));
    }

    private string Kernel(string path, string controllers)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, path)).FullName;
        foreach (var file in (string[])["cgroup.subtree_control", "cgroup.procs", "cpu.max", "memory.max", "memory.swap.max", "memory.oom.group", "pids.max"])
            File.WriteAllText(Path.Combine(folder, file), "");
        File.WriteAllText(Path.Combine(folder, "cgroup.controllers"), controllers + "\n");
        return folder;
    }
}

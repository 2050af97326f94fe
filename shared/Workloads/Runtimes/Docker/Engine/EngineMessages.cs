using System.Text.Json.Serialization;

namespace Platform.Workloads.Runtimes.Docker.Engine;

/// <summary>A container to be made.</summary>
internal sealed record ContainerRequest
{
    public required string Image { get; init; }
    public IReadOnlyList<string>? Cmd { get; init; }
    public required IReadOnlyList<string> Env { get; init; }
    public string? User { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyDictionary<string, object> ExposedPorts { get; init; }
    public required HealthcheckRequest Healthcheck { get; init; }
    public required HostConfig HostConfig { get; init; }
}

/// <summary>The engine's own health check.</summary>
internal sealed record HealthcheckRequest(IReadOnlyList<string> Test);

/// <summary>How a container stands on its host.</summary>
internal sealed record HostConfig
{
    public required string NetworkMode { get; init; }
    public required IReadOnlyDictionary<string, IReadOnlyList<PortBinding>> PortBindings { get; init; }
    public long? NanoCpus { get; init; }
    public long? Memory { get; init; }
    public long? MemorySwap { get; init; }
    public required RestartPolicy RestartPolicy { get; init; }
    public required bool Init { get; init; }
    public required bool ReadonlyRootfs { get; init; }
    public IReadOnlyList<MountRequest>? Mounts { get; init; }
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }
    public required IReadOnlyList<string> SecurityOpt { get; init; }
    public required LogConfig LogConfig { get; init; }
}

/// <summary>Something mounted: a volume by name, or memory.</summary>
internal sealed record MountRequest(string Type, string Target, string? Source = null);

/// <summary>Where a container's port is reached.</summary>
internal sealed record PortBinding(string HostIp, string HostPort);

/// <summary>When the engine starts a container again by itself.</summary>
internal sealed record RestartPolicy(string Name);

/// <summary>What the engine keeps of a container's output.</summary>
internal sealed record LogConfig(string Type, IReadOnlyDictionary<string, string> Config);

/// <summary>What was made.</summary>
internal sealed record Created(string Id);

/// <summary>One of a list of containers.</summary>
internal sealed record ContainerSummary(string Id, string State, IReadOnlyDictionary<string, string>? Labels);

/// <summary>One container.</summary>
internal sealed record ContainerDetails(string Id, ContainerState State, ContainerConfig Config);

/// <summary>How it is.</summary>
internal sealed record ContainerState(string Status, bool Running, int ExitCode);

/// <summary>What it was made of.</summary>
internal sealed record ContainerConfig(string? StopSignal, IReadOnlyDictionary<string, string>? Labels);

/// <summary>How it ended.</summary>
internal sealed record Waited(int StatusCode);

/// <summary>What it uses, as the kernel counts it.</summary>
internal sealed record ContainerStats(
    [property: JsonPropertyName("cpu_stats")] CpuStats? Cpu,
    [property: JsonPropertyName("memory_stats")] MemoryStats? Memory);

/// <summary>CPU time in nanoseconds.</summary>
internal sealed record CpuStats([property: JsonPropertyName("cpu_usage")] CpuUsage? Usage);

/// <inheritdoc cref="CpuStats"/>
internal sealed record CpuUsage([property: JsonPropertyName("total_usage")] ulong Total);

/// <summary>Memory in bytes; <c>stats</c> is the kernel's own list, with other names on cgroup v1 and v2.</summary>
internal sealed record MemoryStats(
    [property: JsonPropertyName("usage")] ulong? Usage,
    [property: JsonPropertyName("stats")] IReadOnlyDictionary<string, ulong>? Details);

/// <summary>A step of a pull.</summary>
internal sealed record PullProgress([property: JsonPropertyName("status")] string? Status, [property: JsonPropertyName("error")] string? Error);

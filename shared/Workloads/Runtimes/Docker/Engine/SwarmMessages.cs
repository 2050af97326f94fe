using System.Text.Json.Serialization;

namespace Platform.Workloads.Runtimes.Docker.Engine;

/// <summary>A service to be made.</summary>
internal sealed record ServiceRequest
{
    public required string Name { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required TaskTemplate TaskTemplate { get; init; }
    public required ServiceMode Mode { get; init; }
    public required ServiceEndpoint EndpointSpec { get; init; }
}

/// <summary>What a service's tasks are made of.</summary>
internal sealed record TaskTemplate
{
    public required TaskContainer ContainerSpec { get; init; }
    public required TaskResources Resources { get; init; }
    public required TaskRestarts RestartPolicy { get; init; }
    public IReadOnlyList<TaskNetwork>? Networks { get; init; }
    public required TaskLog LogDriver { get; init; }
}

/// <summary>A task's container.</summary>
internal sealed record TaskContainer
{
    public required string Image { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
    public required IReadOnlyList<string> Env { get; init; }
    public string? User { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required bool Init { get; init; }
    public required bool ReadOnly { get; init; }
    public IReadOnlyList<MountRequest>? Mounts { get; init; }
    public required HealthcheckRequest Healthcheck { get; init; }
    public required long StopGracePeriod { get; init; }
    public required TaskPrivileges Privileges { get; init; }
}

/// <summary>Known to engines from API 1.44 on; older ones leave it out.</summary>
internal sealed record TaskPrivileges(bool NoNewPrivileges);

/// <summary>What a task may use.</summary>
internal sealed record TaskResources(TaskLimits Limits);

/// <inheritdoc cref="TaskResources"/>
internal sealed record TaskLimits([property: JsonPropertyName("NanoCPUs")] long? NanoCpus, long? MemoryBytes);

/// <summary>When the Swarm starts a task again by itself.</summary>
internal sealed record TaskRestarts(string Condition);

/// <summary>A network a task is in.</summary>
internal sealed record TaskNetwork(string Target);

/// <summary>What the engine keeps of a task's output.</summary>
internal sealed record TaskLog(string Name, IReadOnlyDictionary<string, string> Options);

/// <summary>How many tasks.</summary>
internal sealed record ServiceMode(Replicated Replicated);

/// <inheritdoc cref="ServiceMode"/>
internal sealed record Replicated(int Replicas);

/// <summary>Where a service is reached.</summary>
internal sealed record ServiceEndpoint(IReadOnlyList<ServicePort> Ports);

/// <summary>One of its ports.</summary>
internal sealed record ServicePort(string Protocol, int TargetPort, int PublishedPort, string PublishMode);

/// <summary>What was made.</summary>
internal sealed record ServiceCreated([property: JsonPropertyName("ID")] string Id);

/// <summary>A service.</summary>
internal sealed record ServiceDetails([property: JsonPropertyName("ID")] string Id, ServiceSpec Spec);

/// <summary>What it was made of.</summary>
internal sealed record ServiceSpec(IReadOnlyDictionary<string, string>? Labels);

/// <summary>A task of a service: one container on one node.</summary>
internal sealed record SwarmTask([property: JsonPropertyName("ID")] string Id, [property: JsonPropertyName("NodeID")] string? NodeId, string? DesiredState, SwarmTaskStatus Status);

/// <summary>How it is.</summary>
internal sealed record SwarmTaskStatus(string State, string? Err, string? Message, SwarmContainer? ContainerStatus);

/// <summary>Its container.</summary>
internal sealed record SwarmContainer([property: JsonPropertyName("ContainerID")] string? Id, int ExitCode);

/// <summary>The engine itself.</summary>
internal sealed record EngineInfo(SwarmInfo? Swarm);

/// <summary>Its place in the Swarm.</summary>
internal sealed record SwarmInfo([property: JsonPropertyName("NodeID")] string? NodeId);

/// <summary>A node of the Swarm.</summary>
internal sealed record SwarmNode(SwarmNodeStatus Status);

/// <summary>Where it is.</summary>
internal sealed record SwarmNodeStatus(string Addr, string? State);

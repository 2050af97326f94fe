namespace Platform.Workloads.Manifests;

/// <summary>The <c>pipeline</c> section: what is done for a revision besides starting it and moving the traffic. All of it may be left out.</summary>
public sealed record PipelineSpec
{
    /// <summary>How the image is made that <c>docker.image</c> names; null: it exists already.</summary>
    public BuildSpec? Build { get; init; }
    /// <summary>Sends the image to its registry; null: it stays where it was built.</summary>
    public PushSpec? Push { get; init; }
    /// <summary>A one-off job before anything of the revision is started: migrations; null: none.</summary>
    public JobCommandSpec? Prepare { get; init; }
    /// <summary>What must answer before the revision gets traffic.</summary>
    public IReadOnlyList<CheckSpec> Checks { get; init; } = [];
    /// <summary>Integration tests against the started replicas, judged by their exit code; null: none.</summary>
    public JobCommandSpec? Tests { get; init; }
    /// <summary>What is called before or after a step.</summary>
    public IReadOnlyList<HookSpec> Hooks { get; init; } = [];
}

/// <summary>The <c>pipeline.build</c> section.</summary>
public sealed record BuildSpec
{
    internal const string DefaultDockerfile = "Dockerfile";
    internal const string DefaultBaseImage = "mcr.microsoft.com/dotnet/aspnet:10.0";
    /// <summary>The folder that is sent to the engine, less what its <c>.dockerignore</c> names. <c>platform deploy</c> reads it from the manifest's folder on, and takes that folder when nothing is said; over HTTP it is absolute.</summary>
    public required string Context { get; init; }
    /// <summary>The Dockerfile, below the context. Default <c>Dockerfile</c>. Not with <see cref="Publish"/>.</summary>
    public string Dockerfile { get; init; } = DefaultDockerfile;
    /// <summary>Instead of a Dockerfile: the assembly (<c>Shop.dll</c>) that the context, a folder written by <c>dotnet publish</c>, starts with; null: there is a Dockerfile.</summary>
    public string? Publish { get; init; }
    /// <summary>What a published folder is put upon. Default <c>mcr.microsoft.com/dotnet/aspnet:10.0</c>.</summary>
    public string BaseImage { get; init; } = DefaultBaseImage;
    /// <summary>Arguments of the Dockerfile (<c>ARG</c>). They can be read in the image: no place for secrets.</summary>
    public IReadOnlyDictionary<string, string> Args { get; init; } = new Dictionary<string, string>();
    /// <summary>It must be built within. Default 15 min.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(15);
}

/// <summary>The <c>pipeline.push</c> section. Who asks the registry is in <c>docker.registry</c>.</summary>
public sealed record PushSpec
{
    /// <summary>It must be there within. Default 10 min.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>A command of the pipeline: it runs once, like a replica of the application's own runtime, and succeeds with exit code 0. It may run again after a crash of the platform.</summary>
public sealed record JobCommandSpec
{
    /// <summary>The program and its arguments; no shell is involved.</summary>
    public required IReadOnlyList<string> Command { get; init; }
    /// <summary>Where it runs; nothing: where the application does. Runtime process only.</summary>
    public string? WorkingDirectory { get; init; }
    /// <summary>Added to the application's own environment. A value may be a reference, <c>secret://name</c>.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();
    /// <summary>The image it runs in; nothing: the application's. Runtimes with containers only.</summary>
    public string? Image { get; init; }
    /// <summary>Its network; nothing: the application's. Runtimes with containers only.</summary>
    public string? Network { get; init; }
    /// <summary>It is stopped, and has failed, after this. Default 10 min; of a hook 30 s.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);
    /// <summary>Takes back what it did, when the rollout is given up after it began; null: nothing does.</summary>
    public JobCommandSpec? Undo { get; init; }
}

/// <summary>An item of <c>pipeline.checks</c>: exactly one kind is set.</summary>
public sealed record CheckSpec
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }
    /// <summary>A path, asked of every new replica, or an address <c>https://…</c> of somebody else; 2xx is good.</summary>
    public string? Http { get; init; }
    /// <summary>A PostgreSQL connection string as a reference, <c>secret://name</c>: it must answer <c>SELECT 1</c>.</summary>
    public string? Postgres { get; init; }
    /// <summary>A Redis server, <c>host:port</c>, or <c>redis://user:password@host:port</c> as a reference: it must answer <c>PING</c>.</summary>
    public string? Redis { get; init; }
    /// <summary>An AMQP broker (RabbitMQ), <c>host:port</c>: it must begin the protocol's handshake.</summary>
    public string? Amqp { get; init; }
    /// <summary>Anything else, <c>host:port</c>: it must accept a connection.</summary>
    public string? Tcp { get; init; }
    /// <summary>An answer must come within. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>How often it is asked again. Default 3.</summary>
    public int Retries { get; init; } = 3;
}

/// <summary>An item of <c>pipeline.hooks</c>: an HTTP request or a command.</summary>
public sealed record HookSpec
{
    /// <summary>The step it comes before or after.</summary>
    public required string Step { get; init; }
    /// <summary>True: before the step; false: after it.</summary>
    public required bool IsBefore { get; init; }
    /// <summary>Is sent a POST that says which step of which rollout it is; 2xx is good. Null: it is a command.</summary>
    public string? Http { get; init; }
    /// <summary>Headers of the request. A value may be a reference, <c>secret://name</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
    /// <summary>The command; null: it is a request.</summary>
    public JobCommandSpec? Command { get; init; }
    /// <summary>It has failed after this. Default 30 s.</summary>
    public TimeSpan TimeLimit { get; init; } = DefaultTimeLimit;
    /// <summary>True: the rollout goes on without it.</summary>
    public bool IsOptional { get; init; }

    internal static TimeSpan DefaultTimeLimit { get; } = TimeSpan.FromSeconds(30);
}

/// <summary>The steps of a rollout that hooks can stand before and after, in their order.</summary>
public static class PipelineSteps
{
    /// <summary>The manifest is checked and the way planned.</summary>
    public const string Validate = "validate";
    /// <summary>The image is built.</summary>
    public const string Build = "build";
    /// <summary>The image goes to its registry.</summary>
    public const string Push = "push";
    /// <summary>The one-off job.</summary>
    public const string Prepare = "prepare";
    /// <summary>The first replicas start and become healthy.</summary>
    public const string Start = "start";
    /// <summary>The checks.</summary>
    public const string Verify = "verify";
    /// <summary>The integration tests.</summary>
    public const string Test = "test";
    /// <summary>The first traffic moves.</summary>
    public const string Shift = "shift";
    /// <summary>The revision is watched until it has all traffic.</summary>
    public const string Watch = "watch";
    /// <summary>The old revision's replicas drain and stop.</summary>
    public const string Retire = "retire";
    /// <summary>What nobody needs any more is removed.</summary>
    public const string CleanUp = "cleanUp";
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Validate, Build, Push, Prepare, Start, Verify, Test, Shift, Watch, Retire, CleanUp];
    /// <summary>What a hook can only come after: the rollout was taken back.</summary>
    public const string RollBack = "rollBack";
}

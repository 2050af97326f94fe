using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Effects;
using Platform.Reliability.Simulation;
using Platform.Storage;
using Platform.Storage.Engines;
using Platform.Testing.DeploymentWorld;
using Platform.Workloads.Runtimes;

namespace Platform.Reliability.Mutants;

/// <summary>A service with one mistake in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Scenario">Where it shows.</param>
internal sealed record Mutant(string Name, Scenario Scenario)
{
    /// <summary>The kills that could show it; null: it shows without any.</summary>
    public Func<KillPoint, bool>? Kills { get; init; }

    /// <summary>Its statements.</summary>
    public Func<Play, Tampering>? Statements { get; init; }

    /// <summary>Its runtime.</summary>
    public Func<Play, FakeRuntime, TamperedRuntime>? Runtime { get; init; }

    /// <summary>Other parts.</summary>
    public Action<IServiceCollection, Play>? Parts { get; init; }

    /// <summary>What happens on the machine while the service is dead, once.</summary>
    public Action<Play>? Meanwhile { get; init; }

    /// <summary>What the oracles say that the mistake itself makes untellable.</summary>
    public string Untellable { get; init; } = "\0";

    public override string ToString() => Name;

    /// <summary>Builds the mistake into a life.</summary>
    public void Apply(IServiceCollection services, Play play)
    {
        Parts?.Invoke(services, play);
        if (Statements is { } statements) Replace(services, play, statements(play));
        if (Runtime is not { } runtime) return;
        services.RemoveAll<IReplicaRuntime>();
        services.AddSingleton<IReplicaRuntime>(provider => runtime(play, new FakeRuntime(play.World.Machine, provider.GetRequiredService<IEffects>())));
    }

    private static void Replace(IServiceCollection services, Play play, Tampering tampering) =>
        services.AddKeyedSingleton("deployment", (provider, _) => new Database(
            "deployment",
            new TamperedEngine(new SqliteEngine(Path.Combine(play.World.Folder, "deployment.db")), tampering),
            [.. provider.GetServices<ModuleMigrations>().Where(m => m.Module == "deployment").Select(m => m.Set)],
            provider.GetRequiredService<IEffects>(),
            provider.GetRequiredService<TimeProvider>()));
}

using System.Collections.Concurrent;
using Platform.Storage;

namespace Platform.Deployment;

/// <summary>
/// Tells those who look at an application's state that it has changed. Only a short cut: everybody looks again from time to time
/// anyway, so a call that is lost (with the process) costs a second, never an outcome.
/// </summary>
internal sealed class Facts(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Wakeup> _applications = new(StringComparer.Ordinal);

    /// <summary>Wakes whoever advances rollouts.</summary>
    public Wakeup Rollouts { get; } = new();

    /// <summary>Wakes whoever runs the jobs of pipelines.</summary>
    public Wakeup Jobs { get; } = new();

    /// <summary>Wakes whoever looks for applications to take care of.</summary>
    public Wakeup Applications { get; } = new();

    /// <summary>Wakes whoever takes care of one application's replicas.</summary>
    public Wakeup Replicas(string application) => _applications.GetOrAdd(application, _ => new Wakeup());

    /// <summary>Says, in the transaction that changes it, that an application's state has changed.</summary>
    public async Task ChangedAsync(Transaction tx, string application)
    {
        var now = time.GetUtcNow();
        await tx.ExecuteAsync(
            "UPDATE rollouts SET due_at = @now WHERE application = @application AND due_at > @now", new { application, now });
        tx.OnCommitted(() => Wake(application));
    }

    /// <summary>Wakes everybody who looks at an application.</summary>
    public void Wake(string application)
    {
        Rollouts.Wake();
        Applications.Wake();
        Replicas(application).Wake();
    }
}

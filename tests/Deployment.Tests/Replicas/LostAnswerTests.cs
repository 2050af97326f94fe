using Platform.Effects;
using Platform.Storage;
using Platform.Testing.DeploymentWorld;

namespace Platform.Deployment.Tests.Replicas;

/// <summary>The database goes away between a commit and its answer, just when a process was started.</summary>
public sealed class LostAnswerTests
{
    [Fact]
    public async Task Start_TheCommitOfItsProcessIsNotAnswered_TheProcessStaysAndTheRolloutCompletes()
    {
        await using var world = new World();
        var plan = new LoseAnswer();
        await world.StartAsync(new MortalEffects(plan));

        var row = await world.EndAsync(await world.DeployAsync(Manifests.BlueGreen("v1", replicas: 3)));

        Assert.True(plan.Lost, "no answer was lost");
        Assert.True(row.State == "completed", row.Message);
        Assert.Equal(3, world.Machine.All.Count);
        Assert.Equal(3, world.Machine.Alive.Count);
    }

    /// <summary>
    /// The transaction that records a process commits, and whoever waits for it is told that the database is gone. Once. SQLite has one
    /// writer at a time, so what is executed between two commits is one transaction.
    /// </summary>
    private sealed class LoseAnswer : IEffects
    {
        private readonly List<string> _statements = [];

        public bool Lost { get; private set; }

        public void Before(EffectKind kind, string what)
        {
            if (kind == EffectKind.DatabaseExecute) lock (_statements) _statements.Add(what);
        }

        public void After(EffectKind kind, string what)
        {
            if (kind != EffectKind.DatabaseCommit) return;
            lock (_statements)
            {
                var records = _statements is ["deployment.lease", "deployment.rollouts", "deployment.replicas"];
                _statements.Clear();
                if (Lost || !records) return;
                Lost = true;
            }

            throw new StorageUnavailableException("the database does not answer", new IOException("connection lost"));
        }

        public int Torn(string what, int length) => length;
    }
}

namespace Platform.Reliability.Simulation;

/// <summary>Goes through every scenario once without a kill: learns which effects it has, and keeps the world it leaves for those that follow.</summary>
public sealed class Origins : IAsyncLifetime
{
    private readonly Dictionary<string, Play> _plays = [];
    private readonly Dictionary<string, IReadOnlyList<KillPoint>> _points = [];

    /// <summary>The world in which a scenario begins; null: an empty one.</summary>
    internal Play? Of(Scenario scenario) => scenario.After is null ? null : _plays[scenario.After.Name];

    /// <summary>Every side of every effect of a scenario.</summary>
    internal IReadOnlyList<KillPoint> Points(Scenario scenario) => _points[scenario.Name];

    internal int AllPoints => _points.Values.Sum(p => p.Count);

    public async ValueTask InitializeAsync()
    {
        foreach (var scenario in Scenario.All)
        {
            var play = Play.Begin(Of(scenario));
            var plan = new KillPlan();
            _plays[scenario.Name] = play;
            Assert.Empty(await play.RunAsync(scenario, plan));
            await play.KillAsync();
            _points[scenario.Name] = plan.Passed;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var play in _plays.Values) await play.DisposeAsync();
    }
}

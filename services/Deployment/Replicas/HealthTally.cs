using Platform.Workloads.Manifests;

namespace Platform.Deployment.Replicas;

/// <summary>
/// Turns one replica's health answers into a judgement. Pure but for what it remembers. One good answer is no health: a replica that flaps is
/// good every other time. It is ready after <see cref="HealthSpec.HealthyAfter"/> good answers in a row, and sick after
/// <see cref="HealthSpec.UnhealthyAfter"/> bad ones, in a row or among twice as many.
/// </summary>
internal sealed class HealthTally(HealthSpec health, bool wasHealthy)
{
    private readonly Queue<bool> _last = new();
    private int _good, _bad, _checks, _healthy;
    private string _finding = "no health check yet";

    /// <summary>True: it was ready once.</summary>
    public bool WasHealthy { get; private set; } = wasHealthy;

    /// <summary>What the checks have found, in words.</summary>
    public string Finding => _healthy == 0 || WasHealthy
        ? _finding
        : $"its health flaps: {_healthy} of {_checks} checks were good, never {health.HealthyAfter} in a row; {_finding}";

    /// <summary>Adds an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="late">The startup timeout is over.</param>
    public Sight Add(HealthAnswer answer, bool late)
    {
        _checks++;
        _last.Enqueue(answer.Healthy);
        if (_last.Count > 2 * health.UnhealthyAfter) _last.Dequeue();
        if (answer.Healthy)
        {
            (_good, _bad, _healthy) = (_good + 1, 0, _healthy + 1);
        }
        else
        {
            (_good, _bad, _finding) = (0, _bad + 1, answer.Finding);
        }

        if (!WasHealthy)
        {
            if (_good >= health.HealthyAfter)
            {
                // What it did while it started is not held against it.
                _last.Clear();
                WasHealthy = true;
                return Sight.Healthy;
            }

            return late ? Sight.NeverHealthy : Sight.None;
        }

        if (_bad >= health.UnhealthyAfter || _last.Count(good => !good) >= health.UnhealthyAfter) return Sight.Sick;
        return _good >= health.HealthyAfter ? Sight.Healthy : Sight.None;
    }
}

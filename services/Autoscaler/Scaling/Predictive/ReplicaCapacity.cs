namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// Learns how many requests per second a replica serves while the p95 target still holds, from what the application does at the loads it meets.
/// Loads are divided into cells that grow by 7 %; each keeps a fading share of minutes in which the target held. The capacity is the
/// highest load up to which the cells, made monotone (pool adjacent violators: Ayer et al., 1955), hold the target in at least
/// <see cref="Share"/> of their minutes. Where no load was ever too much, the capacity is the highest load that was seen often enough, which is then
/// a lower bound (<see cref="IsBound"/>). O(cells) per question, bounded memory.
/// </summary>
internal sealed class ReplicaCapacity
{
    /// <summary>Share of the minutes at a load in which the target must hold.</summary>
    public const double Share = 0.95;
    private const double Ratio = 1.07;
    private const double Lowest = 1e-3;
    private const int Cells = 300;
    private const double Fade = 1 - (1 / 4320.0);
    private const double Enough = 3;
    private readonly double[] _minutes = new double[Cells];
    private readonly double[] _held = new double[Cells];
    private readonly double _stated;

    /// <param name="stated">What the manifest says a replica is to get; used until something was learned, and never exceeded by more than was seen to hold.</param>
    public ReplicaCapacity(double stated) => _stated = stated;

    /// <summary>True: no load was too much so far, so the capacity may be higher than <see cref="PerReplica"/>.</summary>
    public bool IsBound { get; private set; } = true;

    /// <summary>Requests per second and replica that can be counted on.</summary>
    public double PerReplica { get; private set; } = double.NaN;

    /// <summary>What to plan with: learned, or as stated while nothing is known that contradicts it.</summary>
    public double Planned => double.IsNaN(PerReplica) || (IsBound && PerReplica < _stated) ? _stated : PerReplica;

    /// <summary>Takes one minute.</summary>
    /// <param name="requestsPerSecondAndReplica">Mean load of a ready replica.</param>
    /// <param name="targetHeld">The p95 of the minute was within its target.</param>
    public void Observe(double requestsPerSecondAndReplica, bool targetHeld)
    {
        if (!double.IsFinite(requestsPerSecondAndReplica) || requestsPerSecondAndReplica < Lowest) return;
        var cell = Math.Min(Cells - 1, (int)(Math.Log(requestsPerSecondAndReplica / Lowest) / Math.Log(Ratio)));
        _minutes[cell] = (_minutes[cell] * Fade) + 1;
        _held[cell] = (_held[cell] * Fade) + (targetHeld ? 1 : 0);
        Learn();
    }

    private void Learn()
    {
        // Blocks of cells whose shares fall with the load: a cell that did better than a lighter one is judged together with it.
        var blocks = new Stack<(double Held, double Minutes, int Last)>();
        for (var cell = 0; cell < Cells; cell++)
        {
            if (_minutes[cell] <= 0) continue;
            var (held, minutes) = (_held[cell], _minutes[cell]);
            while (blocks.TryPeek(out var lighter) && lighter.Held / lighter.Minutes < held / minutes)
            {
                blocks.Pop();
                (held, minutes) = (held + lighter.Held, minutes + lighter.Minutes);
            }

            blocks.Push((held, minutes, cell));
        }

        (PerReplica, IsBound) = (double.NaN, true);
        foreach (var (held, minutes, last) in blocks.Reverse())
        {
            if (held / minutes < Share)
            {
                if (minutes >= Enough) IsBound = false;
                break;
            }

            if (minutes >= Enough) PerReplica = Lowest * Math.Pow(Ratio, last + 1);
        }
    }
}

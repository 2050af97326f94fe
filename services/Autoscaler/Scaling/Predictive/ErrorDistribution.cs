namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// The distribution of a forecast's own recent errors, in units of the scale it had given itself: a histogram whose cells grow with the
/// distance from 0 and whose counts fade. It begins as a Laplace distribution worth <see cref="PriorWeight"/> errors.
/// </summary>
internal sealed class ErrorDistribution
{
    public const int Cells = 65;
    private const int Middle = Cells / 2;
    private const double CellsPerUnit = 6;
    private const double Unit = 0.5;
    private const double PriorWeight = 150;
    private static readonly double[] Centers = [.. Enumerable.Range(0, Cells).Select(cell => Unit * Math.Sinh((cell - Middle) / CellsPerUnit))];
    private readonly double[] _counts = new double[Cells];
    private readonly double _fade;
    private double _step = 1;

    /// <param name="memory">Errors after which one counts 1/e.</param>
    public ErrorDistribution(double memory)
    {
        _fade = 1 / (1 - (1 / memory));
        for (var cell = 0; cell < Cells; cell++)
        {
            var (from, to) = (Edge(cell), Edge(cell + 1));
            _counts[cell] = PriorWeight * (Laplace(to) - Laplace(from));
        }

        Total = _counts.Sum();
    }

    /// <summary>Sum of <see cref="Counts"/>.</summary>
    public double Total { get; private set; }

    /// <summary>Mass per cell, not normalised.</summary>
    public ReadOnlySpan<double> Counts => _counts;

    /// <summary>Where each cell lies.</summary>
    public static ReadOnlySpan<double> Positions => Centers;

    public void Add(double error)
    {
        var cell = (int)Math.Round(Math.Asinh(error / Unit) * CellsPerUnit) + Middle;
        _step *= _fade;
        _counts[Math.Clamp(cell, 0, Cells - 1)] += _step;
        Total += _step;
        if (_step < 1e9) return;
        for (var i = 0; i < Cells; i++) _counts[i] /= _step;
        Total = _counts.Sum();
        _step = 1;
    }

    /// <param name="level">In (0, 1).</param>
    public double Quantile(double level)
    {
        var target = level * Total;
        var below = 0.0;
        for (var cell = 0; cell < Cells; cell++)
        {
            if (below + _counts[cell] >= target)
            {
                var share = _counts[cell] > 0 ? (target - below) / _counts[cell] : 0.5;
                return Edge(cell) + (share * (Edge(cell + 1) - Edge(cell)));
            }

            below += _counts[cell];
        }

        return Centers[^1];
    }

    /// <summary>The probability that an error is no larger.</summary>
    public double ProbabilityAtMost(double error)
    {
        var below = 0.0;
        for (var cell = 0; cell < Cells; cell++)
        {
            var (from, to) = (Edge(cell), Edge(cell + 1));
            if (error < to) return (below + (_counts[cell] * Math.Max(0, (error - from) / (to - from)))) / Total;
            below += _counts[cell];
        }

        return 1;
    }

    private static double Edge(int cell) => Unit * Math.Sinh((cell - Middle - 0.5) / CellsPerUnit);

    private static double Laplace(double x) => x < 0 ? 0.5 * Math.Exp(x) : 1 - (0.5 * Math.Exp(-x));
}

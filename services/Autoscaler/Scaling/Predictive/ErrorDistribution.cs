namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// The distribution of a forecast's own recent errors, in units of the scale it had given itself: a histogram whose cells grow with the
/// distance from 0 and whose counts fade. It begins as a distribution whose tails fall like the cube, worth <see cref="PriorWeight"/> errors, and keeps
/// <see cref="Permanent"/> of it for good: what never happened is not impossible.
/// </summary>
internal sealed class ErrorDistribution
{
    public const int Cells = 65;
    private const int Middle = Cells / 2;
    private const double CellsPerUnit = 6;
    private const double Unit = 0.5;
    private const double PriorWeight = 50;
    private const double PriorScale = 1.5;
    private const double Permanent = 0.002;
    private static readonly double[] Centers = [.. Enumerable.Range(0, Cells).Select(cell => Unit * Math.Sinh((cell - Middle) / CellsPerUnit))];
    private readonly double[] _prior = new double[Cells];
    private readonly double[] _counts = new double[Cells];
    private readonly double _fade;
    private double _step = 1;
    private double _sum;

    /// <param name="memory">Errors after which one counts 1/e.</param>
    public ErrorDistribution(double memory)
        : this(memory, spread: 1, shift: 0)
    {
    }

    private ErrorDistribution(double memory, double spread, double shift)
    {
        _fade = 1 / (1 - (1 / memory));
        for (var cell = 0; cell < Cells; cell++)
        {
            _prior[cell] = Tailed((Edge(cell + 1) - shift) / spread) - Tailed((Edge(cell) - shift) / spread);
            _counts[cell] = PriorWeight * _prior[cell];
        }

        _sum = _counts.Sum();
    }

    /// <summary>Errors in a surge: until some were seen, wider ones are expected, and more often upwards.</summary>
    public static ErrorDistribution OfSurges(double memory) => new(memory, spread: 2, shift: 0.5);

    /// <summary>Where each cell lies.</summary>
    public static ReadOnlySpan<double> Positions => Centers;

    /// <summary>The probability of a cell.</summary>
    public double Probability(int cell) => ((1 - Permanent) * _counts[cell] / _sum) + (Permanent * _prior[cell]);

    public void Add(double error)
    {
        var cell = (int)Math.Round(Math.Asinh(error / Unit) * CellsPerUnit) + Middle;
        _step *= _fade;
        _counts[Math.Clamp(cell, 0, Cells - 1)] += _step;
        _sum += _step;
        if (_step < 1e9) return;
        for (var i = 0; i < Cells; i++) _counts[i] /= _step;
        _sum = _counts.Sum();
        _step = 1;
    }

    /// <param name="level">In (0, 1).</param>
    public double Quantile(double level)
    {
        var below = 0.0;
        for (var cell = 0; cell < Cells; cell++)
        {
            var here = Probability(cell);
            if (below + here >= level) return Edge(cell) + ((here > 0 ? (level - below) / here : 0.5) * (Edge(cell + 1) - Edge(cell)));
            below += here;
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
            if (error < to) return below + (Probability(cell) * Math.Max(0, (error - from) / (to - from)));
            below += Probability(cell);
        }

        return 1;
    }

    private static double Edge(int cell) => Unit * Math.Sinh((cell - Middle - 0.5) / CellsPerUnit);

    /// <summary>The prior's distribution function.</summary>
    private static double Tailed(double x)
    {
        var beyond = 0.5 * Math.Pow(1 + (Math.Abs(x) / PriorScale), -3);
        return x < 0 ? beyond : 1 - beyond;
    }
}

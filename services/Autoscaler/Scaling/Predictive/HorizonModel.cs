namespace Platform.Autoscaler.Scaling.Predictive;

/// <summary>
/// One horizon's forecast of log demand: a regression for the middle, another for the logarithm of the size of its error, and the
/// distributions of the errors in units of that size, for low, usual and high demand and for surges apart. Each learns from every minute whose truth is known by now.
/// </summary>
internal sealed class HorizonModel
{
    private const int ScaleInputs = 9;
    private const double Memory = 7 * 1440;
    private const double SurgeMemory = 1440;
    private const int InSurge = 3;
    private const int InStrongSurge = 4;
    private const double TrendPrior = 60;
    private const double Usual = 2000;
    private const double PriorVariance = 0.3;
    private const double Smallest = 1e-3;
    private readonly int _ahead;
    private readonly RecursiveLeastSquares _middle = new(DemandSignals.Count, Memory, PriorVariance);
    private readonly RecursiveLeastSquares _size = new(ScaleInputs, Memory, PriorVariance);
    private readonly ErrorDistribution[] _errors = [new(Memory), new(Memory), new(Memory), ErrorDistribution.OfSurges(SurgeMemory), ErrorDistribution.OfSurges(SurgeMemory)];
    private readonly long[] _seen = new long[5];
    private readonly Pending[] _pending;
    private readonly double[] _recent = [0.2, 0.2, 0.2];
    private double _usual, _spread;
    private int _context;
    private long _made;
    private long _learned;

    public HorizonModel(int ahead)
    {
        _ahead = ahead;
        _pending = [.. Enumerable.Range(0, ahead).Select(_ => new Pending())];
    }

    /// <summary>Errors of forecasts like the latest.</summary>
    public ErrorDistribution Errors => _errors[_context];

    /// <summary>
    /// How much the plain trend counts beside the forecast: not at all in usual times, all but fully in a surge like none before, less with each
    /// minute of a surge that was seen to its end.
    /// </summary>
    public double TrendWeight => _context < InSurge ? 0 : TrendPrior / (TrendPrior + _seen[_context]);

    /// <summary>The latest forecast: middle and scale of log demand.</summary>
    public double Middle { get; private set; }

    public double Scale { get; private set; } = 0.3;

    /// <summary>Learns from the minute that ended, then forecasts the one <c>ahead</c>.</summary>
    /// <param name="minute">Number of the minute that ended.</param>
    /// <param name="signals">What is known at its end.</param>
    /// <param name="actual">Its demand; NaN: not known, or not to be learned from.</param>
    /// <param name="surprise">Recent errors one minute ahead.</param>
    public void Step(long minute, DemandSignals signals, double actual, double surprise)
    {
        var pending = _pending[minute % _ahead];
        if (pending.Made && !double.IsNaN(actual)) Learn(pending, signals.Log(actual));

        signals.At(_ahead, pending.Inputs);
        Middle = pending.Middle = signals.Base + _middle.Predict(pending.Inputs);
        ScaleSignals(pending, signals, surprise);
        Scale = pending.Scale = Math.Clamp(Math.Exp(_size.Predict(pending.ScaleInputs) + Anchor), Smallest, 3);
        _context = pending.Context = signals.Surge.IsStrong ? InStrongSurge : signals.Surge.IsOn ? InSurge : Context();
        pending.Made = true;
    }

    /// <summary>Without anything learned the scale is the size of the recent errors.</summary>
    private double Anchor => Math.Log(Math.Max(Smallest, _recent[1]));

    private void ScaleSignals(Pending pending, DemandSignals signals, double surprise)
    {
        var x = pending.ScaleInputs;
        x[0] = 1;
        x[1] = Math.Log(Math.Max(Smallest, _recent[0])) - Anchor;
        x[2] = Math.Log(Math.Max(Smallest, _recent[2])) - Anchor;
        x[3] = Math.Log(Math.Max(Smallest, surprise)) - Anchor;
        x[4] = pending.Inputs[8];
        x[5] = Math.Abs(pending.Inputs[5]);
        x[6] = Math.Abs(Middle - signals.Base);
        x[7] = Math.Abs(pending.Inputs[1]);
        x[8] = Math.Log(1 + signals.Surge.Size);
    }

    private int Context()
    {
        _usual += (Middle - _usual) / Math.Min(_made + 1, Usual);
        _spread += (Math.Abs(Middle - _usual) - _spread) / Math.Min(_made + 1, Usual);
        _made++;
        return Middle < _usual - (0.7 * _spread) ? 0 : Middle > _usual + (0.7 * _spread) ? 2 : 1;
    }

    private void Learn(Pending pending, double actual)
    {
        var error = actual - pending.Middle;
        var size = Math.Abs(error);
        _errors[pending.Context].Add(error / pending.Scale);
        _seen[pending.Context]++;
        var limit = 4 * pending.Scale;
        _middle.Learn(pending.Inputs, Math.Clamp(error, -limit, limit), Math.Min(20, 0.04 / (pending.Scale * pending.Scale)));
        var sizeError = Math.Log(Math.Max(Smallest, size)) - Math.Log(pending.Scale);
        _size.Learn(pending.ScaleInputs, Math.Clamp(sizeError, -3, 3), 1);
        _learned++;
        _recent[0] += (size - _recent[0]) / Math.Min(_learned + 3, 10);
        _recent[1] += (size - _recent[1]) / Math.Min(_learned + 3, 60);
        _recent[2] += (size - _recent[2]) / Math.Min(_learned + 3, 600);
    }

    private sealed class Pending
    {
        public readonly double[] Inputs = new double[DemandSignals.Count];
        public readonly double[] ScaleInputs = new double[HorizonModel.ScaleInputs];
        public double Middle, Scale;
        public int Context;
        public bool Made;
    }
}

using Platform.Metrics.Histograms;

namespace Platform.Benchmarks.Judge;

/// <summary>
/// A distribution of latencies on a logarithmic grid eight times finer than the histogram's bins, drawn from in constant time (the
/// alias method, Walker 1977). A slowdown shifts the grid, by all of a latency or only where it is among the slowest.
/// </summary>
internal sealed class LatencyModel
{
    public const int CellsPerBin = 8;
    private static readonly double Cell = Math.Log((1 + LogarithmicMapping.RelativeAccuracy) / (1 - LogarithmicMapping.RelativeAccuracy)) / CellsPerBin;
    private readonly int _lowest;
    private readonly double[] _keep;
    private readonly int[] _other;
    private readonly double[] _upTo; // cumulative

    private LatencyModel(string name, double lowest, double highest, Func<double, double> distribution)
    {
        Name = name;
        _lowest = CellOf(lowest);
        var cells = (int)Math.Ceiling(Math.Log(highest) / Cell) - _lowest + 1;
        var chances = new double[cells];
        _upTo = new double[cells];
        for (var i = 0; i < cells; i++) _upTo[i] = i == cells - 1 ? 1 : distribution(Math.Exp((_lowest + i + 1) * Cell));
        for (var i = 0; i < cells; i++) chances[i] = _upTo[i] - (i == 0 ? 0 : _upTo[i - 1]);
        (_keep, _other) = Alias(chances);
    }

    private LatencyModel(string name, int lowest, double[] chances)
    {
        Name = name;
        _lowest = lowest;
        _upTo = new double[chances.Length];
        for (var i = 0; i < chances.Length; i++) _upTo[i] = (i == 0 ? 0 : _upTo[i - 1]) + chances[i];
        (_keep, _other) = Alias(chances);
    }

    public string Name { get; }

    /// <summary>Cells, from 0.</summary>
    public int Cells => _keep.Length;

    public static LatencyModel Of(string name) => name switch
    {
        // Median 50 ms, p95 114 ms.
        "lognormal" => new LatencyModel(name, 0.002, 2, x => NormalUpTo(Math.Log(x / 0.05) / 0.5)),
        // Lomax: median 29 ms, p95 357 ms, p99 1 s: infinite variance.
        "pareto" => new LatencyModel(name, 0.0005, 300, x => 1 - Math.Pow(1 + x / 0.05, -1.5)),
        // Two ways through the program: nine in ten from a cache.
        "bimodal" => new LatencyModel(name, 0.0005, 3, x => 0.9 * NormalUpTo(Math.Log(x / 0.01) / 0.3) + 0.1 * NormalUpTo(Math.Log(x / 0.12) / 0.4)),
        _ => throw new BenchUsageException($"--distribution: expected lognormal, pareto or bimodal, found '{name}'."),
    };

    /// <summary>The latencies of a recording.</summary>
    public static LatencyModel Of(Recording recording)
    {
        var cells = recording.Requests.Select(r => CellOf(Math.Max(r.Latency, 1e-5))).ToList();
        var lowest = cells.Min();
        var chances = new double[cells.Max() - lowest + 1];
        foreach (var cell in cells) chances[cell - lowest] += 1.0 / cells.Count;
        return new LatencyModel("recorded", lowest, chances);
    }

    /// <summary>The value that a share q does not exceed, seconds.</summary>
    public double Quantile(double q) => Math.Exp((_lowest + Math.Max(0, Array.FindIndex(_upTo, u => u >= Math.Min(q, 1 - 1e-9))) + 0.5) * Cell);

    /// <summary>The histogram's bin of a cell.</summary>
    public int BinOf(int cell) => (int)Math.Floor((double)(_lowest + cell) / CellsPerBin) + 1;

    /// <summary>A factor as a number of cells.</summary>
    public static double Shift(double factor) => Math.Log(factor) / Cell;

    /// <summary>How likely a request is to be faster than this cell's end.</summary>
    public double UpTo(int cell) => _upTo[cell];

    public int Draw(Randomness random)
    {
        var bits = random.Next();
        var cell = (int)(((bits >> 32) * (ulong)_keep.Length) >> 32);
        return (uint)bits * (1.0 / (1L << 32)) < _keep[cell] ? cell : _other[cell];
    }

    private static int CellOf(double seconds) => (int)Math.Floor(Math.Log(seconds) / Cell);

    private static (double[] Keep, int[] Other) Alias(double[] chances)
    {
        var scaled = chances.Select(c => c * chances.Length / chances.Sum()).ToArray();
        var (keep, other) = (new double[chances.Length], new int[chances.Length]);
        var small = new Stack<int>(Enumerable.Range(0, scaled.Length).Where(i => scaled[i] < 1));
        var large = new Stack<int>(Enumerable.Range(0, scaled.Length).Where(i => scaled[i] >= 1));
        while (small.Count > 0 && large.Count > 0)
        {
            var (less, more) = (small.Pop(), large.Pop());
            (keep[less], other[less]) = (scaled[less], more);
            scaled[more] -= 1 - scaled[less];
            (scaled[more] < 1 ? small : large).Push(more);
        }

        foreach (var rest in small.Concat(large)) keep[rest] = 1;
        return (keep, other);
    }

    /// <summary>The normal distribution function, to 7 digits (Abramowitz and Stegun 26.2.17).</summary>
    private static double NormalUpTo(double z)
    {
        var t = 1 / (1 + 0.2316419 * Math.Abs(z));
        var tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z > 0 ? 1 - tail : tail;
    }
}

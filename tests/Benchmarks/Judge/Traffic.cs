using Platform.Deployment.Analysis;
using Platform.Metrics;

namespace Platform.Benchmarks.Judge;

/// <summary>Makes the requests of one revision, second by second. Its counts and histogram are used again for the next second.</summary>
internal sealed class Traffic(LatencyModel model)
{
    private const double PauseSeconds = 0.3;
    private readonly LatencyHistogram _histogram = new();
    private readonly int[] _bins = new int[4096];
    private readonly int _offset = 2048 - model.BinOf(model.Cells / 2);
    private readonly int _paused = Math.Clamp((int)LatencyModel.Shift(PauseSeconds / model.Quantile(0)), 0, model.Cells - 1);
    private int[]? _stretched;

    /// <summary>From now on only the slowest requests are slower.</summary>
    public void StretchTail(double factor) => _stretched = factor <= 1 ? null :
        [.. Enumerable.Range(0, model.Cells).Select(cell => cell + (int)Math.Round(LatencyModel.Shift(factor) * Math.Clamp((model.UpTo(cell) - 0.85) / 0.08, 0, 1)))];

    public RevisionCounts Second(Randomness random, int requests, double errorRate, double slowdown, double pausedShare)
    {
        if (requests == 0) return RevisionCounts.None;
        var errors = random.Binomial(requests, errorRate);
        var paused = random.Binomial(requests, pausedShare);
        var shift = slowdown == 1 ? 0 : (int)Math.Round(LatencyModel.Shift(slowdown));
        var (lowest, highest) = (_bins.Length, -1);
        for (var i = 0; i < requests; i++)
        {
            var cell = model.Draw(random);
            if (_stretched is not null) cell = _stretched[cell];
            if (i < paused) cell = Math.Max(cell, _paused);
            var bin = model.BinOf(cell + shift) + _offset;
            _bins[bin]++;
            lowest = Math.Min(lowest, bin);
            highest = Math.Max(highest, bin);
        }

        _histogram.Clear();
        for (var bin = highest; bin >= lowest; bin--)
        {
            if (_bins[bin] > 0) _histogram.AddToBin(bin - _offset, _bins[bin]);
            _bins[bin] = 0;
        }

        _histogram.Complete(0, requests, 0, 0, double.MaxValue);
        return new RevisionCounts(requests, errors, _histogram);
    }
}

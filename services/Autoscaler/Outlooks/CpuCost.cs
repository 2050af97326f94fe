namespace Platform.Autoscaler.Outlooks;

/// <summary>
/// What a request costs in cpu: a replica's use is a line over its load, a base and so much per request (simple regression with fading sums). From it
/// follows the load at which a cpu target is reached.
/// </summary>
internal sealed class CpuCost
{
    private const double Fade = 1 - (1 / 1440.0);
    private const double Enough = 10;
    private double _weight, _load, _cpu, _loadLoad, _loadCpu;

    /// <param name="load">Requests per second and replica.</param>
    /// <param name="cores">Cores per replica.</param>
    public void Observe(double load, double cores)
    {
        if (!double.IsFinite(load) || !double.IsFinite(cores) || load < 0 || cores < 0) return;
        _weight = (_weight * Fade) + 1;
        _load = (_load * Fade) + load;
        _cpu = (_cpu * Fade) + cores;
        _loadLoad = (_loadLoad * Fade) + (load * load);
        _loadCpu = (_loadCpu * Fade) + (load * cores);
    }

    /// <summary>The load at which a replica uses so many cores; NaN: not known.</summary>
    public double LoadAt(double cores)
    {
        if (_weight < Enough) return double.NaN;
        var (load, cpu) = (_load / _weight, _cpu / _weight);
        var variance = (_loadLoad / _weight) - (load * load);
        var slope = variance > 1e-9 * load * load ? ((_loadCpu / _weight) - (load * cpu)) / variance : double.NaN;

        // Loads that hardly differ say nothing of a line: then through the origin.
        if (!(slope > 0) || cpu - (slope * load) < 0 || variance < 0.01 * load * load) return cpu > 0 && load > 0 ? cores * load / cpu : double.NaN;
        var at = (cores - (cpu - (slope * load))) / slope;
        return at > 0 ? at : double.NaN;
    }
}

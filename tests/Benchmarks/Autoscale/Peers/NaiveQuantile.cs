using System.Globalization;

namespace Platform.Benchmarks.Autoscale.Peers;

/// <summary>
/// The demand of so many minutes before the one that is decided for, plus a quantile of how far that was off lately: with a day it is the
/// seasonal naive forecast, with the time to that minute itself persistence. Held for five minutes on the way down, as the HPA does.
/// </summary>
internal sealed class NaiveQuantile(World world, string name, int lag, double level) : IScalingPolicy
{
    private const int Window = 7 * 1440;
    private const int Refresh = 60;
    private const int HoldMinutes = 5;
    private readonly List<double> _demand = [];
    private readonly Queue<double> _errors = new();
    private readonly Queue<int> _recent = new();
    private double _margin;

    public string Name => name;

    public string Parameter { get; } = level.ToString("0.####", CultureInfo.InvariantCulture);

    public static NaiveQuantile Seasonal(World world, double level) => new(world, "seasonal-naive", 1440, level);

    public static NaiveQuantile Persistence(World world, double level) => new(world, "persistence", world.Startup + 1, level);

    public int Decide(MinuteEnd end)
    {
        _demand.Add(end.Requests);
        if (At(end.Minute - lag) is var before && double.IsFinite(before) && double.IsFinite(end.Requests)) _errors.Enqueue(end.Requests - before);
        if (_errors.Count > Window) _errors.Dequeue();
        if (end.Minute % Refresh == 0 && _errors.Count > 0)
        {
            var sorted = _errors.Order().ToArray();
            _margin = sorted[(int)Math.Min(sorted.Length - 1, level * sorted.Length)];
        }

        var forecast = At(end.Minute + 1 + world.Startup - lag);
        if (!double.IsFinite(forecast)) forecast = end.Requests;
        _recent.Enqueue(double.IsFinite(forecast) ? world.Demand(Math.Max(0, forecast + _margin)) : end.Wanted);
        if (_recent.Count > HoldMinutes) _recent.Dequeue();
        return _recent.Max();
    }

    private double At(int minute) => minute >= 0 && minute < _demand.Count ? _demand[minute] : double.NaN;
}

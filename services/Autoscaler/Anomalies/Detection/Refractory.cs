namespace Platform.Autoscaler.Anomalies.Detection;

/// <summary>
/// One alarm per event: after one, nothing is said for a while unless it is clearly worse. What happens in that while is the same event,
/// or what follows from it.
/// </summary>
/// <param name="length">Observations for which it stays silent.</param>
/// <param name="level">From which evidence on it is an alarm, in decimal digits of rareness.</param>
/// <param name="worse">By how much evidence must exceed the alarm's to be told at once.</param>
internal sealed class Refractory(int length, double level, double worse)
{
    private int _silent;
    private double _peak;

    /// <summary>Lets evidence through, or 0.</summary>
    public double Pass(double evidence)
    {
        if (_silent > 0)
        {
            _silent--;
            if (evidence < _peak + worse) return 0;
        }

        if (evidence >= level) (_silent, _peak) = (length, evidence);
        return evidence;
    }
}

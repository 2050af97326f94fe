using System.Runtime.CompilerServices;

namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>Sines and cosines of a season and its fractions, for as many steps as are asked.</summary>
internal sealed class Waves
{
    private readonly double[] _table;

    /// <param name="shortSeason">Steps; 0 for none.</param>
    /// <param name="shortHarmonics">How many of its harmonics at most; with all of them the profile is free.</param>
    /// <param name="longSeason">Steps; 0 for none.</param>
    /// <param name="longHarmonics">How many of its harmonics that are not the shorter season's.</param>
    /// <param name="steps">Rows of the table.</param>
    public Waves(int shortSeason, int shortHarmonics, int longSeason, int longHarmonics, int steps)
    {
        var frequencies = new List<double>();
        var roughness = new List<double>();
        for (var k = 1; k <= shortHarmonics && 2 * k < shortSeason; k++) Add((double)k / shortSeason, 0);
        var alternates = shortSeason > 0 && shortSeason % 2 == 0 && shortHarmonics >= (shortSeason / 2) - 1;
        for (var (k, taken) = (1, 0); taken < longHarmonics && 2 * k < longSeason; k++)
        {
            if (shortSeason > 0 && (long)k * shortSeason % longSeason == 0) continue;
            Add((double)k / longSeason, 1 + (k / 3.0));
            taken++;
        }

        Count = (2 * frequencies.Count) + (alternates ? 1 : 0);
        Roughness = new double[Count];
        _table = new double[Count * steps];
        for (var i = 0; i < frequencies.Count; i++)
        {
            Roughness[2 * i] = Roughness[(2 * i) + 1] = roughness[i];
            Fill(2 * i, frequencies[i], steps);
        }

        if (alternates)
        {
            for (var t = 0; t < steps; t++) _table[(t * Count) + Count - 1] = t % 2 == 0 ? 1 : -1;
        }

        void Add(double frequency, double rough)
        {
            frequencies.Add(frequency);
            roughness.Add(rough);
        }
    }

    /// <summary>Values per step.</summary>
    public int Count { get; }

    /// <summary>Of each value: 0 for the shorter season's, growing with the frequency for the longer one's.</summary>
    public double[] Roughness { get; }

    public ReadOnlySpan<double> At(int step) => _table.AsSpan(step * Count, Count);

    /// <summary>By rotation, started afresh now and then so that rounding does not add up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(int column, double frequency, int steps)
    {
        var (turnSin, turnCos) = Math.SinCos(2 * Math.PI * frequency);
        var (sin, cos) = (0.0, 1.0);
        for (var t = 0; t < steps; t++)
        {
            if (t % 64 == 0) (sin, cos) = Math.SinCos(2 * Math.PI * frequency * t);
            _table[(t * Count) + column] = sin;
            _table[(t * Count) + column + 1] = cos;
            (sin, cos) = ((sin * turnCos) + (cos * turnSin), (cos * turnCos) - (sin * turnSin));
        }
    }
}

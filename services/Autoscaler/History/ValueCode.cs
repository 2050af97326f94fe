namespace Platform.Autoscaler.History;

/// <summary>
/// A value in two bytes: its logarithm in 32,767 steps for either sign, which is right to 0.09 % from 10⁻⁹ to 10¹⁵. Measurements are
/// not better than that, and a year of the whole fleet fits into memory.
/// <code>
/// 0 missing │ 1 … 32767 negative, the largest magnitude first │ 32768 zero │ 32769 … 65535 positive
/// </code>
/// </summary>
internal static class ValueCode
{
    public const ushort Missing = 0;
    public const ushort Zero = 32_768;

    /// <summary>The largest relative error of a value that was encoded.</summary>
    public const double RelativeAccuracy = 0.0009;

    private const double Smallest = 1e-9;
    private const double Largest = 1e15;
    private const int Steps = 32_767;
    private static readonly double Width = Math.Log(Largest / Smallest) / (Steps - 1);
    private static readonly double[] Magnitudes = [.. Enumerable.Range(0, Steps).Select(step => Smallest * Math.Exp(step * Width))];

    /// <summary>Not a number is missing; infinities and what is beyond 10¹⁵ count as 10¹⁵, what is below 10⁻⁹ as 0.</summary>
    public static ushort Encode(double value)
    {
        if (double.IsNaN(value)) return Missing;
        var magnitude = Math.Abs(value);
        if (magnitude < Smallest) return Zero;
        var step = (int)Math.Round(Math.Log(Math.Min(magnitude, Largest) / Smallest) / Width);
        return (ushort)(value > 0 ? Zero + 1 + step : Zero - 1 - step);
    }

    public static double Decode(ushort code) => code switch
    {
        Missing => double.NaN,
        Zero => 0,
        > Zero => Magnitudes[code - Zero - 1],
        _ => -Magnitudes[Zero - 1 - code],
    };
}

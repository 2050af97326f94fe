using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Platform.Autoscaler.Forecasting.Models;

/// <summary>The two operations nearly all of the time is spent in, as wide as the processor allows and, in a new process too, from the first call on.</summary>
internal static class Vectors
{
    /// <summary>The sum of products. Both of the same length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        right = right[..left.Length];
        var wideLeft = MemoryMarshal.Cast<double, Vector<double>>(left);
        var wideRight = MemoryMarshal.Cast<double, Vector<double>>(right);
        var sums = Vector<double>.Zero;
        for (var i = 0; i < wideLeft.Length; i++) sums += wideLeft[i] * wideRight[i];
        var sum = Vector.Sum(sums);
        for (var i = wideLeft.Length * Vector<double>.Count; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    /// <summary>Adds a multiple of a vector to another.</summary>
    /// <param name="vector">What is added.</param>
    /// <param name="factor">How often.</param>
    /// <param name="target">To what.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(ReadOnlySpan<double> vector, double factor, Span<double> target)
    {
        target = target[..vector.Length];
        var wide = MemoryMarshal.Cast<double, Vector<double>>(vector);
        var wideTarget = MemoryMarshal.Cast<double, Vector<double>>(target);
        var wideFactor = new Vector<double>(factor);
        for (var i = 0; i < wide.Length; i++) wideTarget[i] += wide[i] * wideFactor;
        for (var i = wide.Length * Vector<double>.Count; i < vector.Length; i++) target[i] += vector[i] * factor;
    }
}

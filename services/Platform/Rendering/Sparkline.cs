namespace Platform.CommandLine.Rendering;

/// <summary>A row of figures as a row of small bars.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>Draws at most <paramref name="width"/> bars; each shows the largest of the values it stands for. The scale begins at 0.</summary>
    /// <param name="values">The figures, oldest first.</param>
    /// <param name="width">Bars, at most.</param>
    /// <param name="atLeast">The full bar stands for this much, or for the largest value.</param>
    public static string Of(IReadOnlyList<double> values, int width, double atLeast = double.Epsilon)
    {
        if (values.Count == 0 || width < 1) return "";
        var bars = Math.Min(width, values.Count);
        var highest = Math.Max(values.Max(), atLeast);
        return string.Create(bars, (values, highest), static (text, state) =>
        {
            for (var bar = 0; bar < text.Length; bar++)
            {
                var first = bar * state.values.Count / text.Length;
                var last = Math.Max(first + 1, (bar + 1) * state.values.Count / text.Length);
                var value = 0.0;
                for (var i = first; i < last; i++) value = Math.Max(value, state.values[i]);
                text[bar] = Bars[(int)Math.Round(Math.Clamp(value / state.highest, 0, 1) * (Bars.Length - 1))];
            }
        });
    }
}

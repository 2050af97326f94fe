using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Platform.CommandLine.Commands;

/// <summary>Bounds of numbers; what is not a number at all the library refuses by itself.</summary>
internal static class Ranges
{
    public static Option<T> Between<T>(this Option<T> option, double low, double high, string expected)
    {
        option.Validators.Add(result => Check(result, low, high, $"{option.Name}: expected {expected}."));
        return option;
    }

    public static Argument<T> Between<T>(this Argument<T> argument, double low, double high, string expected)
    {
        argument.Validators.Add(result => Check(result, low, high, $"{argument.Name}: expected {expected}."));
        return argument;
    }

    private static void Check(SymbolResult result, double low, double high, string problem)
    {
        if (result.Tokens is [var token] && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !(value >= low && value <= high))
            result.AddError(problem);
    }
}

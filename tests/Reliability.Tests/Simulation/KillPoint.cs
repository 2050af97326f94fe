using System.Text.RegularExpressions;
using Platform.Effects;

namespace Platform.Reliability.Simulation;

/// <summary>On which side of an effect.</summary>
internal enum Side
{
    /// <summary>It has not happened.</summary>
    Before,
    /// <summary>It has happened, and nobody has seen its answer.</summary>
    After,
}

/// <summary>
/// A moment at which to kill: the n-th time that an effect of this kind on this thing passes. Named by what happens and not by a
/// running number, because two things that happen at the same moment may pass in either order.
/// </summary>
internal sealed partial record KillPoint(Side Side, EffectKind Kind, string What, int Occurrence)
{
    /// <summary>As written on a command line.</summary>
    public override string ToString() => $"{Side}/{Kind}/{What}/{Occurrence}";

    public static KillPoint Parse(string text)
    {
        var parts = text.Split('/');
        return new KillPoint(Enum.Parse<Side>(parts[0]), Enum.Parse<EffectKind>(parts[1]), string.Join('/', parts[2..^1]), int.Parse(parts[^1]));
    }

    /// <summary>Replica ids end in a random part, queue addresses begin with one of the bus.</summary>
    public static string NameOf(string what) => Random().Replace(what, "");

    [GeneratedRegex("-[0-9a-f]{8}$|^/")]
    private static partial Regex Random();
}

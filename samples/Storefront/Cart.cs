using System.Globalization;

namespace Storefront;

/// <summary>What somebody is about to buy. It travels in a cookie, so that any replica can answer any request.</summary>
internal sealed class Cart
{
    public const string CookieName = "cart";
    private const int MaximumLines = 20;
    private readonly SortedDictionary<int, int> _lines = [];

    public IReadOnlyDictionary<int, int> Lines => _lines;

    /// <summary>Reads <c>1x2.7x1</c>; what is not understood is left out, since a cookie is the visitor's to change.</summary>
    public static Cart Parse(string? cookie)
    {
        var cart = new Cart();
        foreach (var line in (cookie ?? "").Split('.', StringSplitOptions.RemoveEmptyEntries).Take(MaximumLines))
        {
            var parts = line.Split('x');
            if (parts.Length == 2 && TryNumber(parts[0], out var id) && TryNumber(parts[1], out var count)) cart.Add(id, count);
        }

        return cart;
    }

    public bool Add(int product, int count)
    {
        if (count is < 1 or > 99 || (!_lines.ContainsKey(product) && _lines.Count >= MaximumLines)) return false;
        _lines[product] = Math.Min(99, _lines.GetValueOrDefault(product) + count);
        return true;
    }

    public decimal Total(Catalogue catalogue) => _lines.Sum(line => (catalogue.Find(line.Key)?.Price ?? 0) * line.Value);

    public override string ToString() => string.Join('.', _lines.Select(line => $"{line.Key}x{line.Value}"));

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

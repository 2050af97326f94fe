namespace Platform.Workloads.Units;

/// <summary>Sizes as people write them: <c>256Mi</c>, <c>1Gi</c> (powers of 1024), <c>512k</c>, <c>1G</c> (powers of 1000), or plain bytes.</summary>
public static class ByteSizes
{
    /// <summary>What a size looks like, for error messages.</summary>
    public const string Expected = "a size such as 256Mi, 1Gi, 512k or a number of bytes";

    private static readonly (string Suffix, long Bytes)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40),
        ("k", 1_000), ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("", 1),
    ];

    /// <summary>The largest size taken: 1 PiB.</summary>
    public const long Largest = 1L << 50;

    /// <summary>Reads one. Never negative, at most <see cref="Largest"/>; a trailing <c>B</c> (<c>256MiB</c>) is fine.</summary>
    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > 40) return false;
        if (text.EndsWith('B')) text = text[..^1];
        var digits = text.AsSpan().IndexOfAnyExcept(Numbers.DigitsAndPoint);
        if (digits < 0) digits = text.Length;
        if (!Numbers.TryParse(text.AsSpan(0, digits), out var amount)) return false;
        var suffix = text.AsSpan(digits).TrimStart();
        foreach (var (name, size) in Units)
        {
            if (!suffix.SequenceEqual(name)) continue;
            if (amount * size > Largest) return false;
            bytes = (long)(amount * size);
            return true;
        }

        return false;
    }

    /// <summary>With the largest power-of-1024 unit that loses nothing.</summary>
    public static string Format(long bytes)
    {
        foreach (var (suffix, size) in Units.AsSpan(0, 4).ToArray().Reverse())
            if (bytes >= size && bytes % size == 0) return $"{bytes / size}{suffix}";
        return bytes.ToString();
    }
}

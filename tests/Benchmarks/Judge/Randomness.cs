namespace Platform.Benchmarks.Judge;

/// <summary>Seeded random numbers (xoshiro256**, Blackman and Vigna 2018), fast enough to draw every request of thousands of rollouts.</summary>
internal sealed class Randomness
{
    private ulong _a, _b, _c, _d;

    public Randomness(ulong seed)
    {
        _a = Split(ref seed);
        _b = Split(ref seed);
        _c = Split(ref seed);
        _d = Split(ref seed);
    }

    public ulong Next()
    {
        var result = ulong.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>0 to 1, exclusive at the end.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Standard normal (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Poisson: exact up to a mean of 50, rounded normal above.</summary>
    public int Poisson(double mean)
    {
        if (mean <= 0) return 0;
        if (mean > 50) return Math.Max(0, (int)Math.Round(mean + Math.Sqrt(mean) * Normal()));
        var chance = Math.Exp(-mean);
        var left = Uniform();
        var count = 0;
        for (; left > chance && count < 1000; chance *= mean / ++count) left -= chance;
        return count;
    }

    /// <summary>Binomial, by inversion in parts whose mean is at most 50.</summary>
    public int Binomial(int n, double p)
    {
        if (p <= 0 || n <= 0) return 0;
        if (p >= 1) return n;
        if (p > 0.5) return n - Binomial(n, 1 - p);
        if (n * p > 50) return Binomial(n / 2, p) + Binomial(n - n / 2, p);
        var (odds, chance, left, count) = (p / (1 - p), Math.Pow(1 - p, n), Uniform(), 0);
        for (; left > chance && count < n; chance *= odds * (n - count + 1) / count)
        {
            left -= chance;
            count++;
        }

        return count;
    }

    private static ulong Split(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

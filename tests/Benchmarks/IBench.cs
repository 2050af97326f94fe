namespace Platform.Benchmarks;

/// <summary>
/// One bench command: <c>./platform bench NAME [--option value …] [--json FILE]</c>. To add one, implement this and name it in <c>Benches</c>.
/// </summary>
internal interface IBench
{
    /// <summary>What the user types.</summary>
    string Name { get; }

    /// <summary>One line for <c>./platform bench --help</c>.</summary>
    string Description { get; }

    /// <summary>The options it takes besides <c>--json</c>, with their meaning and default.</summary>
    IReadOnlyList<BenchOption> Options { get; }

    Task<BenchResult> RunAsync(BenchContext context);
}

/// <summary>An option of a bench.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Description">Meaning and unit.</param>
/// <param name="Default">Used when it is not given.</param>
internal sealed record BenchOption(string Name, string Description, string Default);

/// <summary>What a bench found.</summary>
/// <param name="Rows">A flat object per line: <c>subject</c>, the line's parameters, its figures under camelCase names ending in their unit.</param>
/// <param name="Promises">What must hold; a broken one makes the exit code 1.</param>
internal sealed record BenchResult(IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows, IReadOnlyList<BenchPromise> Promises);

/// <summary>A target and whether it was met.</summary>
internal sealed record BenchPromise(string Text, bool Holds);

/// <summary>What a bench is given.</summary>
internal sealed class BenchContext(IReadOnlyDictionary<string, string> options, TextWriter progress, CancellationToken cancellationToken)
{
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Tells the person who waits what is going on; not part of the result.</summary>
    public void Say(string line) => progress.WriteLine(line);

    public string Text(string name) => options[name];

    public int Integer(string name) => int.TryParse(options[name], out var value)
        ? value
        : throw new BenchUsageException($"--{name}: expected a whole number, found '{options[name]}'.");

    public double Number(string name) => double.TryParse(options[name], out var value)
        ? value
        : throw new BenchUsageException($"--{name}: expected a number, found '{options[name]}'.");

    public TimeSpan Seconds(string name) => TimeSpan.FromSeconds(Number(name));
}

/// <summary>The command line was wrong.</summary>
internal sealed class BenchUsageException(string message) : Exception(message);

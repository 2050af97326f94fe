namespace Platform.Hosting;

/// <summary>One thing wrong with the configuration.</summary>
/// <param name="Path">The key: <c>Ports:gateway</c>.</param>
/// <param name="Expected">What would have been right.</param>
/// <param name="Found">What was there, masked if it is a secret.</param>
public sealed record ConfigurationProblem(string Path, string Expected, string Found)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: expected {Expected}, found {Found}";
}

/// <summary>The configuration cannot be used. Carries every problem, not the first.</summary>
/// <param name="problems">Every problem.</param>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationProblem> problems)
    : Exception("The configuration cannot be used:" + string.Concat(problems.Select(p => $"{Environment.NewLine}  {p}")))
{
    /// <summary>Every problem.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; } = problems;
}

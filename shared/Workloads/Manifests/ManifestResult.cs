namespace Platform.Workloads.Manifests;

/// <summary>Something in a manifest that is not as it must be.</summary>
/// <param name="Path">Where in the document: <c>scaling.metrics[1].target</c>; empty for the document itself.</param>
/// <param name="Line">Line in the text, from 1.</param>
/// <param name="Column">Column in the line, from 1.</param>
/// <param name="Expected">What should stand there.</param>
/// <param name="Found">What stands there; never the value of something that may be secret.</param>
/// <param name="Message">The problem in one sentence, with what to do.</param>
public sealed record ManifestProblem(string Path, int Line, int Column, string Expected, string Found, string Message)
{
    /// <summary>For people: <c>line 3, column 7: scaling.max: …</c>.</summary>
    public override string ToString() =>
        Path.Length == 0 ? $"line {Line}, column {Column}: {Message}" : $"line {Line}, column {Column}: {Path}: {Message}";
}

/// <summary>What reading a manifest gave: either the manifest, or every problem it has.</summary>
public sealed record ManifestResult
{
    private ManifestResult(Manifest? manifest, IReadOnlyList<ManifestProblem> problems) => (Manifest, Problems) = (manifest, problems);

    /// <summary>The manifest; null exactly when there are problems.</summary>
    public Manifest? Manifest { get; }

    /// <summary>Every problem, in the order of the text; empty exactly when there is a manifest.</summary>
    public IReadOnlyList<ManifestProblem> Problems { get; }

    internal static ManifestResult Valid(Manifest manifest) => new(manifest, []);

    internal static ManifestResult Invalid(IReadOnlyList<ManifestProblem> problems) => new(null, problems);
}

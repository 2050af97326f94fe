using Platform.Deployment.Api;
using Platform.Deployment.Applications;
using Platform.Hosting;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Environments;

/// <summary>Finds the revision that serves in one environment, to ship the very same text into another.</summary>
internal sealed class Promotions(Manifests manifests)
{
    /// <summary>What is to be shipped.</summary>
    /// <param name="Source">The revision as it is kept in the environment it comes from.</param>
    /// <param name="From">That environment.</param>
    internal sealed record Found(RevisionRow Source, string From);

    /// <summary>Finds it, or says why it cannot be promoted.</summary>
    public async Task<(Found? Found, ProblemResult? Refusal)> FindAsync(Reader reader, string application, string? from, string to)
    {
        if (from is not null && Placement.Rank(from) < 0) return (null, EnvironmentEndpoints.Unknown("from", from));
        var before = from ?? Placement.Before(to);
        if (before is null || Placement.Rank(before) >= Placement.Rank(to))
        {
            return (null, Problem.Conflict("not-a-promotion", "Nothing is promoted that way",
                $"A revision goes from {string.Join(" to ", ManifestReader.Environments)}; to ship something into {to} that comes from nowhere, deploy it with environment: {to}."));
        }

        var source = await ServingAsync(reader, Placement.NameOf(application, before), before) ?? await ServingAsync(reader, application, before);
        if (source is null)
        {
            return (null, Problem.Conflict("not-in-environment", "There is nothing to promote",
                $"No revision of {application} serves in {before}. Deploy it there first: ./platform deploy FILE --environment {before}."));
        }

        var name = Placement.NameOf(NameInText(source), to);
        return await TakenAsync(reader, name, to) is { } taken
            ? (null, Problem.Conflict("name-taken", "The name is taken in another environment", $"{name}, as it would be called in {to}, is an application in {taken}. Deploy that one with environment: {taken}, and delete {name}."))
            : (new Found(source, before), null);
    }

    /// <summary>The environment in which a name is used already, if it is another one; null: it is free.</summary>
    public async Task<string?> TakenAsync(Reader reader, string name, string environment) =>
        await reader.ApplicationAsync(name) is { State: not ApplicationStates.Removed, StableRevision: { } stable }
        && await manifests.FindAsync(reader, name, stable) is { } manifest && manifest.Environment != environment
            ? manifest.Environment
            : null;

    private static string NameInText(RevisionRow row) => ManifestReader.Read(row.Manifest, baseDirectory: null).Manifest?.Name ?? row.Application;

    private async Task<RevisionRow?> ServingAsync(Reader reader, string name, string environment) =>
        await reader.ApplicationAsync(name) is { State: ApplicationStates.Present, StableRevision: { } stable }
        && await manifests.FindAsync(reader, name, stable) is { } manifest && manifest.Environment == environment
            ? await reader.RevisionAsync(name, stable)
            : null;
}

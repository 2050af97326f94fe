using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.Contracts.Deployments;
using Platform.Storage;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Applications;

/// <summary>Applications, their revisions and what should run of each, in the module's database.</summary>
internal static class ApplicationStore
{
    /// <summary>An application; null: never heard of. A removed one is returned as such.</summary>
    public static Task<ApplicationRow?> ApplicationAsync(this Reader reader, string name) =>
        reader.FirstOrDefaultAsync<ApplicationRow>(
            "SELECT name, stable_revision, previous_revision, wanted, rollout, state FROM applications WHERE name = @name", new { name });

    /// <summary>Every application that exists or is being removed.</summary>
    public static Task<IReadOnlyList<ApplicationRow>> ApplicationsAsync(this Reader reader) =>
        reader.QueryAsync<ApplicationRow>(
            "SELECT name, stable_revision, previous_revision, wanted, rollout, state FROM applications WHERE state <> 'removed' ORDER BY name");

    /// <summary>A revision; null: not kept.</summary>
    public static Task<RevisionRow?> RevisionAsync(this Reader reader, string application, string name) =>
        reader.FirstOrDefaultAsync<RevisionRow>(
            "SELECT application, name, manifest, digest, created_at, created_by, served, environment, defaults FROM revisions WHERE application = @application AND name = @name",
            new { application, name });

    /// <summary>All revisions, newest first.</summary>
    public static Task<IReadOnlyList<RevisionRow>> RevisionsAsync(this Reader reader, string application) =>
        reader.QueryAsync<RevisionRow>(
            "SELECT application, name, manifest, digest, created_at, created_by, served, environment, defaults FROM revisions WHERE application = @application ORDER BY created_at DESC, name",
            new { application });

    /// <summary>What should run.</summary>
    public static Task<IReadOnlyList<TargetRow>> TargetsAsync(this Reader reader, string application) =>
        reader.QueryAsync<TargetRow>(
            "SELECT revision, wanted, weight, mirror, failures, next_start_at, until FROM targets WHERE application = @application ORDER BY revision", new { application });

    /// <summary>Removes what was wanted only until now.</summary>
    public static Task EndTargetsAsync(this Transaction tx, string application, DateTimeOffset now) =>
        tx.ExecuteAsync("DELETE FROM targets WHERE application = @application AND until <= @now", new { application, now });

    /// <summary>Makes sure that the application exists; a removed one comes back without a stable revision.</summary>
    public static async Task EnsureApplicationAsync(this Transaction tx, string name, DateTimeOffset now)
    {
        await tx.ExecuteAsync(
            "INSERT INTO applications (name, wanted, state, created_at) VALUES (@name, 0, 'present', @now) ON CONFLICT (name) DO NOTHING", new { name, now });
        await tx.ExecuteAsync(
            "UPDATE applications SET state = 'present', stable_revision = NULL, previous_revision = NULL, wanted = 0 WHERE name = @name AND state = 'removed'", new { name });
    }

    /// <summary>Keeps a revision. Its name stands for its manifest, and for what held where that says nothing, for ever.</summary>
    /// <returns>False: the name is taken by another manifest.</returns>
    public static async Task<bool> KeepRevisionAsync(this Transaction tx, DeployApplication command, ManifestDefaults defaults, DateTimeOffset now)
    {
        var digest = Digest(command.Manifest);
        await tx.ExecuteAsync(
            """
            INSERT INTO revisions (application, name, manifest, digest, created_at, created_by, served, environment, defaults)
            VALUES (@Application, @Revision, @Manifest, @digest, @now, @RequestedBy, 0, @Environment, @defaults) ON CONFLICT (application, name) DO NOTHING
            """,
            new { command.Application, command.Revision, command.Manifest, digest, now, command.RequestedBy, command.Environment, defaults = JsonSerializer.Serialize(defaults) });
        return (await tx.RevisionAsync(command.Application, command.Revision))!.Digest == digest;
    }

    /// <summary>States what should run of a revision; nothing and no share removes the entry. Failures are kept for the back-off.</summary>
    public static async Task SetTargetAsync(this Transaction tx, string application, string revision, Share share)
    {
        if (share is { Wanted: 0, Weight: 0 })
        {
            await tx.ExecuteAsync("DELETE FROM targets WHERE application = @application AND revision = @revision", new { application, revision });
            return;
        }

        await tx.ExecuteAsync(
            """
            INSERT INTO targets (application, revision, wanted, weight, mirror, until, failures) VALUES (@application, @revision, @Wanted, @Weight, @Mirror, @Until, 0)
            ON CONFLICT (application, revision) DO UPDATE SET wanted = @Wanted, weight = @Weight, mirror = @Mirror, until = @Until
            """,
            new { application, revision, share.Wanted, share.Weight, share.Mirror, share.Until });
    }

    /// <summary>SHA-256 of a manifest's text, line ends unified.</summary>
    public static string Digest(string manifest) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest.ReplaceLineEndings("\n").TrimEnd())));
}

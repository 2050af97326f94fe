using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.Contracts.Http;
using Platform.Workloads.Manifests;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform deploy FILE</c></summary>
internal static class DeployCommand
{
    public static Command Create(Cli cli)
    {
        var file = new Argument<string>("file") { Description = "The manifest; '-' reads it from standard input" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only check the manifest; nothing is sent" };
        var wait = new Option<bool>("--wait") { Description = "Follow the rollout to its end and answer with its result (the default)" };
        var detach = new Option<bool>("--detach") { Description = "Do not wait for the rollout" };
        var reason = new Option<string?>("--reason") { Description = "Why, for the audit log" };
        var skip = new Option<string?>("--skip-analysis") { Description = "Do not analyse this rollout; the text says why, for the record" };
        var environment = new Option<string?>("--environment") { Description = $"Place it into {string.Join(", ", ManifestReader.Environments)}, under its name there (production: NAME, else NAME-ENVIRONMENT). Default: as the manifest says, under its own name" };
        environment.AcceptOnlyFromAmong([.. ManifestReader.Environments]);
        var freeze = new Option<string?>("--override-freeze") { Description = "Begin although the environment is frozen, as an admin; the text says why, for the record" };
        var command = new DocumentedCommand("deploy", "Ship a revision of an application",
            "platform deploy samples/storefront-v1.yaml",
            "platform deploy shop.yaml --dry-run",
            "platform deploy shop.yaml --environment staging",
            "platform deploy shop.yaml --detach --reason \"fix for the checkout\"") { file, dryRun, wait, detach, reason, skip, environment, freeze };
        command.Validators.Add(result =>
        {
            if (result.GetValue(wait) && result.GetValue(detach)) result.AddError("--wait and --detach exclude each other.");
        });
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            ManifestFile manifest;
            try
            {
                manifest = await ManifestFile.ReadAsync(parse.GetValue(file)!, ct);
            }
            catch (ManifestInvalid invalid)
            {
                if (json) cli.Output.Json(new { File = invalid.File, Valid = false, invalid.Problems });
                else cli.Output.Error.Write(invalid.Listing);
                return ExitCode.Usage;
            }

            if (parse.GetValue(dryRun))
            {
                if (json) cli.Output.Json(new { File = manifest.Path, Valid = true, Application = manifest.Manifest.Name, manifest.Manifest.Revision });
                else cli.Output.Standard.WriteLine($"{manifest.Path} is a valid manifest of {manifest.Manifest.Name} {manifest.Manifest.Revision}. Nothing was deployed.");
                return ExitCode.Ok;
            }

            var request = new DeployRequest
            {
                Manifest = manifest.Yaml,
                Reason = parse.GetValue(reason),
                SkipAnalysis = parse.GetValue(skip),
                Environment = parse.GetValue(environment),
                OverrideFreeze = parse.GetValue(freeze),
            };
            var accepted = await client.PostAsync<Accepted>("deployment", ServiceRoutes.Deploy, request, ct);
            if (parse.GetValue(detach))
            {
                if (json) cli.Output.Json(accepted);
                else cli.Output.Standard.WriteLine($"{accepted.Message} Follow it with 'platform status {manifest.Manifest.Name} --watch'.");
                return ExitCode.Ok;
            }

            if (!json) cli.Output.Error.WriteLine($"Shipping {manifest.Manifest.Name} {manifest.Manifest.Revision} …");
            return RolloutFollower.Finish(cli, await RolloutFollower.FollowAsync(cli, client, accepted.Id, json, ct), json);
        });
        return command;
    }
}

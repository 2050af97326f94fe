using System.CommandLine;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;
using Platform.Contracts.Http;
using Spectre.Console;

namespace Platform.CommandLine.Commands;

/// <summary><c>platform status</c></summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Command Create(Cli cli)
    {
        var name = new Argument<string?>("name") { Description = "One application, with its replicas and its rollout", Arity = ArgumentArity.ZeroOrOne };
        var watch = new Option<bool>("--watch", "-w") { Description = "Show it again every second until Ctrl-C" };
        var command = new DocumentedCommand("status", "Show the services, applications and replicas",
            "platform status", "platform status storefront", "platform status storefront --watch", "platform status --json") { name, watch };
        cli.RunAgainstPlatform(command, async (parse, client, json, ct) =>
        {
            var application = parse.GetValue(name);
            if (parse.GetValue(watch)) await WatchAsync(cli, client, application, json, ct);
            var report = await ReadAsync(client, application, ct);
            if (json) cli.Output.Json(report);
            else cli.Output.Console.Write(StatusView.Of(report, application is not null, cli.Clock.GetUtcNow()));
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task WatchAsync(Cli cli, PlatformClient client, string? application, bool json, CancellationToken ct)
    {
        if (json || !cli.Output.IsInteractive)
        {
            while (true)
            {
                var report = await ReadAsync(client, application, ct);
                if (json) cli.Output.JsonLine(report);
                else cli.Output.Console.Write(StatusView.Of(report, application is not null, cli.Clock.GetUtcNow()));
                await Task.Delay(Interval, cli.Clock, ct);
            }
        }

        await cli.Output.Console.Live(new Text("…")).AutoClear(true).StartAsync(async view =>
        {
            while (true)
            {
                view.UpdateTarget(StatusView.Of(await ReadAsync(client, application, ct), application is not null, cli.Clock.GetUtcNow()));
                await Task.Delay(Interval, cli.Clock, ct);
            }
        });
    }

    private static async Task<StatusReport> ReadAsync(PlatformClient client, string? application, CancellationToken ct)
    {
        if (application is not null)
        {
            var one = await client.GetAsync<ApplicationView>("deployment", ServiceRoutes.Application(application), ct);
            var rollouts = await client.GetAsync<Page<RolloutView>>("deployment", ServiceRoutes.Rollouts(application, 1), ct);
            return new StatusReport { Services = [], Applications = [one], Rollout = rollouts.Items.Count > 0 ? rollouts.Items[0] : null };
        }

        var services = await Task.WhenAll(client.Addresses.Services.Select(service => client.HealthAsync(service.Name, ct)));
        if (services.All(service => service.Status == "down")) await client.GetAsync<ServiceHealth>("deployment", ServiceRoutes.Ready, ct);
        var applications = await client.GetAsync<Page<ApplicationView>>("deployment", ServiceRoutes.Applications, ct);
        return new StatusReport { Services = services, Applications = applications.Items };
    }
}

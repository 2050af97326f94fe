using Microsoft.Extensions.Configuration;
using Platform.Hosting.Listening;

namespace Platform.Hosting.Health;

/// <summary>
/// <c>health-check</c> as the first argument: asks the service that runs with the same configuration whether it lives, and ends with 0 or 1.
/// For a container's health check, where no curl is at hand.
/// </summary>
internal static class HealthCheckCommand
{
    public const string Argument = "health-check";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static bool IsAsked(string[] args) => args is [Argument, ..];

    /// <summary>Asks every module's control port.</summary>
    /// <returns>0: all of them live; 1: one does not; 78: the configuration cannot be used.</returns>
    public static async Task<int> RunAsync(string[] args, IReadOnlyList<ServiceModule> modules, TextWriter error)
    {
        var problems = new List<ConfigurationProblem>();
        var configuration = new ConfigurationManager();
        Configuration.ConfigurationSources.Add(configuration, args[1..], problems);
        var network = (NetworkOptions)Configuration.OptionsBinder.Bind(typeof(NetworkOptions), configuration, "", problems);
        var addresses = new ServiceAddresses(ListenerPlan.Make(modules, configuration, network, problems), network.Tls.IsConfigured);
        if (problems.Count > 0)
        {
            await error.WriteLineAsync(new ConfigurationException(problems).Message);
            return ExitCodes.Configuration;
        }

        // Whether the process at our own port lives, not who it is: its certificate is for the names that others know it by.
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        using var client = new HttpClient(handler) { Timeout = Patience };
        foreach (var module in modules)
        {
            if (await AskAsync(client, new Uri(addresses.Control(module.Name), "health/live")) is not { } trouble) continue;
            await error.WriteLineAsync($"{module.Name} does not live: {trouble}");
            return 1;
        }

        return ExitCodes.Ok;
    }

    private static async Task<string?> AskAsync(HttpClient client, Uri address)
    {
        try
        {
            using var answer = await client.GetAsync(address);
            return answer.IsSuccessStatusCode ? null : $"{address} answered {(int)answer.StatusCode}";
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return $"{address}: {failure.Message}";
        }
    }
}

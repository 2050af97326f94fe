using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Hosting.Configuration;

/// <summary>Refuses top-level keys that were meant otherwise, and warns of sections that only other services know.</summary>
internal static partial class UnknownKeysCheck
{
    public static void Add(IHostApplicationBuilder builder, ConfigurationRegister register)
    {
        var descriptors = (IReadOnlyList<OptionsDescriptor>)[.. register.Descriptors, new OptionsDescriptor(Listening.ListenerPlan.Section, typeof(object))];
        var providers = ((IConfigurationRoot)builder.Configuration).Providers.ToArray();
        var (mistakes, foreign) = UnknownKeys.TopLevel(providers.OfType<JsonConfigurationProvider>().SelectMany(UnknownKeys.KeysOf), descriptors);
        var typed = UnknownKeys.TopLevel(providers.OfType<CommandLineConfigurationProvider>().SelectMany(UnknownKeys.KeysOf), descriptors);
        register.Problems.AddRange(mistakes);
        register.Problems.AddRange(typed.Mistakes);
        foreign = [.. foreign, .. typed.Foreign];
        if (foreign.Count > 0) builder.Services.AddHostedService(p => new Warning(foreign, p.GetRequiredService<ILogger<Warning>>()));
    }

    private sealed partial class Warning(IReadOnlyList<string> keys, ILogger<Warning> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            LogForeign(logger, string.Join(", ", keys));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        [LoggerMessage(1, LogLevel.Warning, "Configuration sections that mean nothing to this process: {Sections}")]
        private static partial void LogForeign(ILogger logger, string sections);
    }
}

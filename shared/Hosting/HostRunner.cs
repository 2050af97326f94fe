using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Hosting.Listening;

namespace Platform.Hosting;

/// <summary>Runs a host and turns what can go wrong at its start into one clear message and an exit code.</summary>
internal static class HostRunner
{
    public static async Task<int> RunAsync(Func<WebApplication> build, TextWriter error)
    {
        try
        {
            RuntimeVersion.Require();
            await using var app = build();
            var conflicts = PortConflicts.Find(app.Services.GetRequiredService<ServiceAddresses>().Listeners);
            if (conflicts.Count > 0) return await FailAsync(error, ExitCodes.Unavailable, string.Join(Environment.NewLine, conflicts));
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return ExitCodes.Ok;
        }
        catch (ConfigurationException exception)
        {
            return await FailAsync(error, ExitCodes.Configuration, exception.Message);
        }
        catch (OptionsValidationException exception)
        {
            return await FailAsync(error, ExitCodes.Configuration, "The configuration cannot be used:" + string.Concat(exception.Failures.Select(f => $"{Environment.NewLine}  {f}")));
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            return await FailAsync(error, ExitCodes.Unavailable, exception.Message);
        }
    }

    private static async Task<int> FailAsync(TextWriter error, int code, string message)
    {
        await error.WriteLineAsync(message);
        return code;
    }
}

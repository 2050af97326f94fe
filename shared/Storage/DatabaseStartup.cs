using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Storage;

/// <summary>
/// Migrates every module's database before anything else starts. An unfit database ends the start; one that cannot be reached does
/// not: users of the database wait for it, and this keeps trying so that it is ready as soon as it answers.
/// </summary>
internal sealed partial class DatabaseStartup(
    IServiceProvider provider, IEnumerable<ModuleDatabase> modules, IHostApplicationLifetime lifetime, ILogger<DatabaseStartup> log) : BackgroundService
{
    private readonly List<Database> _unreachable = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var module in modules)
        {
            var database = provider.GetRequiredKeyedService<Database>(module.Module);
            try
            {
                await database.MigrateAsync(cancellationToken);
            }
            catch (StorageUnavailableException error)
            {
                LogUnreachable(log, module.Module, error.Message);
                _unreachable.Add(database);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var database in _unreachable)
        {
            try
            {
                await database.WaitUntilAvailableAsync(stoppingToken);
                LogReached(log, database.Module, database.Location);
            }
            catch (StorageUnfitException error)
            {
                LogUnfit(log, database.Module, error.Message);
                lifetime.StopApplication();
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The database of {Module} cannot be used yet, waiting: {Reason}")]
    private static partial void LogUnreachable(ILogger log, string module, string reason);

    [LoggerMessage(2, LogLevel.Information, "The database of {Module} answers: {Location}")]
    private static partial void LogReached(ILogger log, string module, string location);

    [LoggerMessage(3, LogLevel.Critical, "The database of {Module} must not be used: {Reason}")]
    private static partial void LogUnfit(ILogger log, string module, string reason);
}

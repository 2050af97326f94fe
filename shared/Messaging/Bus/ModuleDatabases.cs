using Microsoft.Extensions.DependencyInjection;
using Platform.Storage;

namespace Platform.Messaging.Bus;

/// <summary>The modules' databases, for code that MassTransit hands a service provider without keyed services.</summary>
internal sealed class ModuleDatabases(IServiceProvider provider)
{
    public Database this[string module] => provider.GetKeyedService<Database>(module)
        ?? throw new InvalidOperationException($"The module {module} has consumers or sagas that need a database: call AddModuleDatabase(\"{module}\", …), or add them with stateless: true.");
}

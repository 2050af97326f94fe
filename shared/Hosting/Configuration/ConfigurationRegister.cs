using Microsoft.Extensions.Hosting;

namespace Platform.Hosting.Configuration;

/// <summary>Which options there are, and what was wrong with them: filled while modules register, read once before the host starts.</summary>
internal sealed class ConfigurationRegister
{
    public List<OptionsDescriptor> Descriptors { get; } = [];

    public List<ConfigurationProblem> Problems { get; } = [];

    public static ConfigurationRegister Of(IHostApplicationBuilder builder)
    {
        if (builder.Properties.TryGetValue(typeof(ConfigurationRegister), out var present)) return (ConfigurationRegister)present;
        var register = new ConfigurationRegister();
        builder.Properties[typeof(ConfigurationRegister)] = register;
        return register;
    }

    public void ThrowIfInvalid()
    {
        if (Problems.Count > 0) throw new ConfigurationException([.. Problems.Distinct()]);
    }
}

/// <summary>A section and the type its values are bound to.</summary>
/// <param name="Section">The section; empty: the top level.</param>
/// <param name="Type">The options type.</param>
internal sealed record OptionsDescriptor(string Section, Type Type);

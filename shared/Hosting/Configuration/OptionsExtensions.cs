using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Hosting.Configuration;

namespace Platform.Hosting;

/// <summary>Binds a feature's options.</summary>
public static class OptionsExtensions
{
    /// <summary>
    /// Binds a section to <typeparamref name="T"/>, checks it, and registers it as <see cref="IOptions{T}"/>. Problems (a value that
    /// cannot be read, one out of its <c>[Range]</c>, a key that does not exist, what <see cref="IValidatable"/> finds) are gathered; the host
    /// prints all of them and does not start. Durations, sizes and percentages are read as people write them.
    /// </summary>
    /// <param name="builder">The host under construction.</param>
    /// <param name="section">The section: <c>Gateway</c>.</param>
    /// <returns>The bound values, for registrations that depend on them.</returns>
    public static T AddOptions<T>(this IHostApplicationBuilder builder, string section)
        where T : class, new()
    {
        var register = ConfigurationRegister.Of(builder);
        register.Descriptors.Add(new OptionsDescriptor(section, typeof(T)));
        var source = section.Length == 0 ? builder.Configuration : (Microsoft.Extensions.Configuration.IConfiguration)builder.Configuration.GetSection(section);
        var value = (T)OptionsBinder.Bind(typeof(T), source, section, register.Problems);
        builder.Services.AddSingleton(Options.Create(value));
        return value;
    }
}

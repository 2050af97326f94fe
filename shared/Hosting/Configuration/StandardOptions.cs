using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Contracts.Units;
using Platform.Messaging;
using Platform.Metrics.Exposition;
using Platform.Metrics.Scraping;
using Platform.Metrics.Streaming;
using Platform.Storage;

namespace Platform.Hosting.Configuration;

/// <summary>The options of the shared parts below the host, which bind them with Microsoft's binder: checked and documented together with ours.</summary>
internal static class StandardOptions
{
    private static readonly (string Section, Type Type)[] Known =
    [
        ("Storage", typeof(StorageOptions)),
        ("Bus", typeof(MessagingOptions)),
        (MetricStreamOptions.Section, typeof(MetricStreamOptions)),
        (PrometheusOptions.Section, typeof(PrometheusOptions)),
        (ScraperOptions.Section, typeof(ScraperOptions)),
    ];

    // For the whole process: Microsoft's binder then reads durations as ours does.
    static StandardOptions() => TypeDescriptor.AddAttributes(typeof(TimeSpan), new TypeConverterAttribute(typeof(DurationConverter)));

    public static void Add(IHostApplicationBuilder builder, ConfigurationRegister register)
    {
        foreach (var (section, type) in Known)
        {
            register.Descriptors.Add(new OptionsDescriptor(section, type));
            OptionsBinder.Bind(type, builder.Configuration.GetSection(section), section, register.Problems);
        }
    }

    /// <summary>Runs the checks that those parts registered for the start.</summary>
    public static void Check(IServiceProvider services, List<ConfigurationProblem> problems)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
        }
        catch (OptionsValidationException exception)
        {
            problems.AddRange(exception.Failures.Select(Parse));
        }
        catch (AggregateException exception)
        {
            problems.AddRange(exception.InnerExceptions.OfType<OptionsValidationException>().SelectMany(e => e.Failures).Select(Parse));
        }
        catch (InvalidOperationException exception)
        {
            // A value that Microsoft's binder could not convert. Ours has, as a rule, said so already, with the key and what was expected.
            if (problems.Count == 0) problems.Add(new ConfigurationProblem("configuration", "values of the documented kinds", exception.Message));
        }
    }

    /// <summary>The shared parts write their findings as "Section:Key: expected …, found ….": the pieces are taken as they stand.</summary>
    private static ConfigurationProblem Parse(string failure)
    {
        const string Expected = ": expected ";
        const string Found = ", found ";
        var expected = failure.IndexOf(Expected, StringComparison.Ordinal);
        if (expected <= 0) return new ConfigurationProblem("configuration", "values that fit together", failure);
        var found = failure.LastIndexOf(Found, StringComparison.Ordinal);
        return found > expected
            ? new ConfigurationProblem(failure[..expected], failure[(expected + Expected.Length)..found], failure[(found + Found.Length)..].TrimEnd('.'))
            : new ConfigurationProblem(failure[..expected], failure[(expected + Expected.Length)..].TrimEnd('.'), "something else");
    }

    private sealed class DurationConverter : TimeSpanConverter
    {
        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            value is string text && Duration.TryParse(text, out var duration) ? duration : base.ConvertFrom(context, culture, value);
    }
}

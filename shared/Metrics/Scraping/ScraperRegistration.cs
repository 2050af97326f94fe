using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Scraping;

/// <summary>Registers the scraper.</summary>
public static class ScraperRegistration
{
    /// <summary>
    /// Scrapes the targets that <typeparamref name="TTargets"/> names (section <c>Scraper</c>) onto the metric stream, which it adds.
    /// <typeparamref name="TTargets"/> is a singleton; register it before, or it is made here.
    /// </summary>
    public static IHostApplicationBuilder AddScraper<TTargets>(this IHostApplicationBuilder builder)
        where TTargets : class, IScrapeTargets
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddMetricStream();
        builder.Services.TryAddSingleton<TTargets>();
        builder.Services.TryAddSingleton<IScrapeTargets>(provider => provider.GetRequiredService<TTargets>());
        builder.Services.AddOptions<ScraperOptions>().BindConfiguration(ScraperOptions.Section).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ScraperOptions>, Validation>());
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<Scraper>(provider, Client()));
        return builder;
    }

    // Its own: no redirect may send it elsewhere and no proxy see it; its requests are no part of a trace.
    private static HttpClient Client() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    });

    private sealed class Validation : IValidateOptions<ScraperOptions>
    {
        public ValidateOptionsResult Validate(string? name, ScraperOptions options) =>
            options.Problems().ToArray() is { Length: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Metrics.Streaming;

namespace Platform.Metrics.Tests.Streaming;

public sealed class MetricStreamRegistrationTests
{
    [Fact]
    public void AddMetricStream_NothingConfigured_IsInProcessAndOneForAll()
    {
        using var host = Build([]);
        var stream = host.Services.GetRequiredService<IMetricStream>();
        Assert.IsType<InProcessMetricStream>(stream);
        Assert.Same(stream, host.Services.GetRequiredService<IMetricStreamStatus>());
        Assert.Null(host.Services.GetRequiredService<IMetricStreamStatus>().WaitingFor);
    }

    [Fact]
    public async Task AddMetricStream_SeveralMistakes_AreAllReportedAtStart()
    {
        using var host = Build(new() { ["Stream:SubscriberCapacity"] = "0", ["Stream:ProducerCapacity"] = "-4" });
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(2, failure.Failures.Count());
    }

    [Fact]
    public void Validate_KafkaWithoutItsLibrary_IsOneErrorThatSaysWhatToDo()
    {
        var validation = new MetricStreamOptionsValidation(() => "the library librdkafka.so.1 was not found. Install it.");
        var kafka = validation.Validate(null, new MetricStreamOptions { Kind = MetricStreamKind.Kafka });
        Assert.Equal("Stream:Kind is kafka, but the library librdkafka.so.1 was not found. Install it.", Assert.Single(kafka.Failures!));
        Assert.True(validation.Validate(null, new MetricStreamOptions()).Succeeded);
    }

    [Fact]
    public async Task AddMetricStream_UnknownKind_IsReportedAtStart()
    {
        using var host = Build(new() { ["Stream:Kind"] = "pigeon" });
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());
        Assert.Contains("Stream:Kind", failure.Message);
    }

    private static IHost Build(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddMetricStream();
        builder.AddMetricStream();
        return builder.Build();
    }
}

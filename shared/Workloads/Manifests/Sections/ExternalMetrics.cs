using Platform.Contracts.Scaling;
using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>The source of an entry of <c>scaling.metrics</c> that is asked for elsewhere: <c>prometheus</c> or <c>rabbitmq</c>, with <c>interval</c>, <c>timeout</c>, <c>activation</c>.</summary>
internal static class ExternalMetrics
{
    private const string Prometheus = "prometheus", RabbitMq = "rabbitmq";
    private const int LongestQueue = 255;

    /// <summary>As many as the history keeps beside the platform's own.</summary>
    public const int Most = 8;

    private static readonly string[] Sources = [Prometheus, RabbitMq], Timing = ["interval", "timeout", "activation"];
    private static readonly string[] Known = [Placeholders.Application, Placeholders.Interval];

    /// <summary>The metric with its source, if the section names one.</summary>
    public static MetricTarget Read(Section metric, MetricTarget target)
    {
        var found = Sources.Where(metric.Has).ToList();
        foreach (var second in found.Skip(1)) metric.Conflict(second, "one source", $"A metric has one source; this one has {string.Join(" and ", found)}.");
        var prometheus = metric.Has(Prometheus) ? OfPrometheus(metric) : null;
        var rabbitMq = metric.Has(RabbitMq) ? OfRabbitMq(metric.Sub(RabbitMq)) : null;
        var read = target with
        {
            Prometheus = prometheus,
            RabbitMq = rabbitMq,
            Activation = metric.Value("activation", target.Activation, "a number, 0 or more", Number, value => value >= 0),
            Interval = Span(metric, "interval", target.Interval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            Timeout = Span(metric, "timeout", target.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)),
        };
        if (found.Count == 0)
        {
            foreach (var member in Timing.Where(metric.Has))
                metric.Conflict(member, "prometheus or rabbitmq beside it", $"'{member}' says how a source is asked, and this metric comes from the platform's own stream; remove it, or name a source.");
        }
        else if (read.Timeout > read.Interval)
        {
            metric.Conflict("timeout", "no longer than interval", $"A reading may not take longer ({Duration.Format(read.Timeout)}) than until the next one ({Duration.Format(read.Interval)}).");
        }

        return read;
    }

    private static PrometheusMetric OfPrometheus(Section metric)
    {
        var read = MetricSources.ReadPrometheus(metric.Sub(Prometheus));
        foreach (var unknown in Placeholders.In(read.Query).Distinct().Except(Known))
            metric.Conflict(Prometheus, "one of " + string.Join(", ", Known.Select(k => $"{{{{{k}}}}}")), $"'{{{{{unknown}}}}}' stands for nothing here; known: {string.Join(", ", Known)}.");
        return new PrometheusMetric { Address = read.Address, Query = read.Query, Headers = read.Headers };
    }

    private static RabbitMqMetric OfRabbitMq(Section section)
    {
        var defaults = new RabbitMqMetric { Host = "", Queue = "" };
        var host = HostOf(section);
        var mode = section.Choice("mode", defaults.Mode, RabbitMqModes.All, []);
        var metric = new RabbitMqMetric
        {
            Host = host,
            Queue = section.Required("queue", $"the queue's name, 1 to {LongestQueue} characters", IsShortText),
            VirtualHost = section.Value("virtualHost", defaults.VirtualHost, "the virtual host's name, such as /", Section.Text, IsShortText),
            Mode = mode,
            ExcludeUnacknowledged = section.Value("excludeUnacknowledged", false, "true or false", bool.TryParse),
            Username = section.Value("username", defaults.Username, "a user's name", Section.Text, IsShortText),
            Password = CheckSection.Reference(section, "password", allowed: _ => false, "secret://name"),
        };
        if (metric.IsAmqp && mode == RabbitMqModes.MessageRate)
            section.Conflict("mode", "queueLength, or the management API as host", "Only the management API knows how fast a queue grows: make host http://…:15672.");
        if (metric.IsAmqp && metric.ExcludeUnacknowledged)
            section.Conflict("excludeUnacknowledged", "no such member", "By amqp the unacknowledged messages are never counted; remove it, or make host the management API, http://…:15672.");
        if (metric.Password is not null && !section.Has("username"))
            section.Missing("username", "the user whose password it is");
        section.Close();
        return metric;
    }

    /// <summary>A wrong one is not repeated: people write passwords into it.</summary>
    private static string HostOf(Section section)
    {
        const string expected = "amqp://host:5672, amqps://host:5671 or the management API, http://host:15672";
        switch (section.Find("host"))
        {
            case null:
                section.Missing("host", expected);
                return "";
            case YamlBroken:
                return "";
            case YamlScalar { Text: var text } when IsHost(text):
                return text;
            case var other:
                section.Problems.Add(other, section.PathOf("host"), expected, "a value that is not shown", $"Expected {expected}; the user and the password have members of their own, and so has the virtual host.");
                return "";
        }
    }

    private static bool IsHost(string text) =>
        text.Length <= 2048 && !text.Any(c => c <= ' ' || c >= '\x7f')
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Host.Length > 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
        && (uri.Scheme is "http" or "https" || (uri.Scheme is "amqp" or "amqps" && uri.AbsolutePath is "" or "/"));

    private static bool Number(string text, out double value) => PlainNumber.TryParse(text, out value);

    private static bool IsShortText(string text) => text.Length is > 0 and <= LongestQueue && !text.Any(char.IsControl);

    private static TimeSpan Span(Section section, string member, TimeSpan fallback, TimeSpan least, TimeSpan most) => section.Value(
        member, fallback, $"{Duration.Expected}, from {Duration.Format(least)} to {Duration.Format(most)}", Duration.TryParse, Rules.Between(least, most));
}

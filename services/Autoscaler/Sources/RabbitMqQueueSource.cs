using System.Net.Sockets;
using Platform.Contracts.Scaling;
using Platform.Effects;
using Platform.Hosting.Measurements;
using Platform.Hosting.Outbound;
using Platform.Workloads.Secrets;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.Autoscaler.Sources;

/// <summary>
/// A queue's length by AMQP: to declare it passively creates nothing and is answered with the number of its ready messages, exact at that moment.
/// </summary>
internal sealed class RabbitMqQueueSource(AddressPolicy policy, Lazy<ISecrets> secrets, IEffects effects, TimeProvider time) : IMetricSource, IAsyncDisposable
{
    private const int PlainPort = 5672, TlsPort = 5671;

    // Replies to a declaration are a hundred bytes.
    private const uint MostBytes = 64 * 1024;

    private readonly BrokerConnections _connections = new(time);

    public bool Reads(ExternalMetric metric) => metric is RabbitMqMetric { IsAmqp: true };

    public string Server(ExternalMetric metric) => new Uri(((RabbitMqMetric)metric).Host).Authority;

    public async Task<Reading> ReadAsync(ExternalMetric metric, SourceQuestion question, CancellationToken ct)
    {
        var queue = (RabbitMqMetric)metric;
        if (BrokerLogin.Of(queue, secrets.Value, out var missing) is not { } login) return Reading.None($"the secret {missing}");
        using var deadline = new CancellationTokenSource(question.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            // The client takes five seconds to give up a broker that hangs in its greeting; it ends by itself, and nobody waits for that.
            return Reading.Of(await effects.PerformAsync(EffectKind.HttpSend, $"queue {Server(queue)}", () => CountAsync(queue, login, question, either.Token)).WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Reading.None($"it did not answer within {question.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception failure) when (failure is RabbitMQClientException or HttpRequestException or IOException or SocketException or TimeoutException)
        {
            return deadline.IsCancellationRequested && !ct.IsCancellationRequested
                ? Reading.None($"it did not answer within {question.Timeout.TotalSeconds:0.#} s")
                : Reading.None(login.Mask(Explain(failure, queue)));
        }
    }

    public Task SweepAsync() => _connections.SweepAsync();

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private Task<double> CountAsync(RabbitMqMetric queue, BrokerLogin login, SourceQuestion question, CancellationToken ct) => _connections.UseAsync<double>(
        new BrokerKey(queue.Host, queue.VirtualHost, login),
        () => OpenAsync(queue, login, question, ct),
        async connection =>
        {
            // A channel of its own: the answer that there is no such queue closes it.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            return (await channel.QueueDeclarePassiveAsync(queue.Queue, ct)).MessageCount;
        });

    private async Task<IConnection> OpenAsync(RabbitMqMetric queue, BrokerLogin login, SourceQuestion question, CancellationToken ct)
    {
        var host = new Uri(queue.Host);
        var isTls = host.Scheme == "amqps";
        // What was checked is what is reached: the address, not the name.
        var address = await policy.ResolveAsync(host.DnsSafeHost, ct);
        var port = host.Port > 0 ? host.Port : isTls ? TlsPort : PlainPort;
        var endpoint = new AmqpTcpEndpoint(address.ToString(), port, new SslOption { Enabled = isTls, ServerName = host.DnsSafeHost }, MostBytes);
        var factory = new ConnectionFactory
        {
            UserName = login.Username,
            Password = login.Password,
            VirtualHost = queue.VirtualHost,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = question.Timeout,
            HandshakeContinuationTimeout = question.Timeout,
            ContinuationTimeout = question.Timeout,
            RequestedFrameMax = MostBytes,
            ClientProvidedName = "platform autoscaler",
        };
        return await factory.CreateConnectionAsync([endpoint], ct);
    }

    private static string Explain(Exception failure, RabbitMqMetric queue)
    {
        var cause = failure;
        while (cause is not (OperationInterruptedException or AuthenticationFailureException or SocketException) && cause.InnerException is { } inner) cause = inner;
        return cause switch
        {
            AuthenticationFailureException or PossibleAuthenticationFailureException => $"it does not let {queue.Username} in: is the password right, and may {queue.Username} log in from here?",
            OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound } => $"it has no queue '{queue.Queue}' in the virtual host '{queue.VirtualHost}'",
            OperationInterruptedException { ShutdownReason: { } reason } => $"it answered {reason.ReplyCode}: {reason.ReplyText}",
            HttpRequestException => cause.Message,
            _ => $"it cannot be reached: {cause.Message}",
        };
    }
}

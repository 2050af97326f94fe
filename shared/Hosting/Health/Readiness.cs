namespace Platform.Hosting.Health;

/// <summary>Whether this process can do its job now, and what it waits for.</summary>
internal sealed class Readiness(IEnumerable<IReadinessCheck> checks)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly IReadinessCheck[] _checks = [.. checks];
    private volatile bool _stopping;

    /// <summary>From now on not ready: the host is going away.</summary>
    public void Stop() => _stopping = true;

    public async Task<IReadOnlyList<string>> WaitingForAsync(string module, CancellationToken cancellationToken)
    {
        if (_stopping) return ["the end: this process is stopping"];
        var waiting = new List<string>();
        foreach (var check in _checks.Where(c => c.Module is null || c.Module == module))
        {
            if (await AskAsync(check, cancellationToken) is { } reason) waiting.Add($"{check.Name}: {reason}");
        }

        return waiting;
    }

    /// <summary>A check that hangs or fails is itself an answer.</summary>
    private static async Task<string?> AskAsync(IReadinessCheck check, CancellationToken cancellationToken)
    {
        try
        {
            return await check.WaitingForAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return exception.Message;
        }
    }
}

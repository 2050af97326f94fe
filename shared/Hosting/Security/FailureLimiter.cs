using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Platform.Hosting.Security;

/// <summary>
/// Counts wrong keys by remote address. Past the limit an address is refused until its window has passed, except with keys that have
/// worked from there before, so that one broken script does not lock out everyone on the same machine.
/// </summary>
internal sealed class FailureLimiter(IOptions<AuthOptions> options, TimeProvider clock) : IGuessLimit
{
    /// <summary>The request item that says why authentication failed.</summary>
    public const string Blocked = "platform.blocked";

    private const int MaxAddresses = 10_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (DateTimeOffset Since, int Count)> _failures = [];
    private readonly HashSet<(IPAddress Address, string KeyId)> _trusted = [];

    public TimeSpan Window => options.Value.FailureWindow;

    public bool MayTry(IPAddress? address, string? keyId)
    {
        if (address is null) return true;
        lock (_gate)
        {
            if (!_failures.TryGetValue(address, out var failure) || failure.Count < options.Value.MaxFailures) return true;
            if (clock.GetUtcNow() - failure.Since >= Window)
            {
                _failures.Remove(address);
                return true;
            }

            return keyId is not null && _trusted.Contains((address, keyId));
        }
    }

    public IResult? Refusal(HttpContext context, string? secretId)
    {
        if (MayTry(context.Connection.RemoteIpAddress, secretId)) return null;
        var seconds = (int)Math.Ceiling(Window.TotalSeconds);
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problem.TooManyRequests("too-many-failures", "Too many wrong secrets from this address", $"Wait {seconds} s, then use the right one.");
    }

    public void Failed(IPAddress? address)
    {
        if (address is null) return;
        var now = clock.GetUtcNow();
        lock (_gate)
        {
            if (_failures.Count >= MaxAddresses) DropOld(now);
            var present = _failures.GetValueOrDefault(address);
            _failures[address] = present.Count == 0 || now - present.Since >= Window ? (now, 1) : (present.Since, present.Count + 1);
        }
    }

    public void Succeeded(IPAddress? address, string keyId)
    {
        if (address is null) return;
        lock (_gate)
        {
            if (_trusted.Count >= MaxAddresses) _trusted.Clear();
            _trusted.Add((address, keyId));
        }
    }

    private void DropOld(DateTimeOffset now)
    {
        foreach (var (address, failure) in _failures.ToArray())
        {
            if (now - failure.Since >= Window) _failures.Remove(address);
        }

        // Every address is fresh: a flood. The first ones are forgotten rather than memory lost.
        if (_failures.Count >= MaxAddresses) _failures.Clear();
    }
}

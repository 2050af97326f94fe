using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Platform.Hosting.Listening;

namespace Platform.Hosting;

/// <summary>Streams have no end of their own: without a bound, one key could hold every connection there is.</summary>
internal sealed class StreamSeats(IOptions<LimitOptions> limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byKey = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Takes a seat until the request ends.</summary>
    /// <exception cref="ProblemException">None is free: 429.</exception>
    public void Take(HttpContext context)
    {
        var key = context.User.FindFirstValue("key") ?? "";
        lock (_gate)
        {
            var mine = _byKey.GetValueOrDefault(key);
            if (_all >= limits.Value.Streams) throw Full($"{_all} streams are open in all", nameof(LimitOptions.Streams));
            if (mine >= limits.Value.StreamsPerKey) throw Full($"{mine} streams are open with this key", nameof(LimitOptions.StreamsPerKey));
            _all++;
            _byKey[key] = mine + 1;
        }

        context.Response.RegisterForDispose(new Seat(this, key));
    }

    private static ProblemException Full(string found, string limit) => new(Problem.Report(
        StatusCodes.Status429TooManyRequests, "too-many-streams", "Too many streams are open", $"{found}; close one, or have an admin raise Limits:{limit}."));

    private void Leave(string key)
    {
        lock (_gate)
        {
            _all--;
            if (--_byKey[key] == 0) _byKey.Remove(key);
        }
    }

    private sealed class Seat(StreamSeats seats, string key) : IDisposable
    {
        public void Dispose() => seats.Leave(key);
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Platform.Hosting.Security;

/// <summary>A dashboard session: as much as the key it came from may do, as long as that key lives.</summary>
internal sealed record Session(string Name, string Role, string KeyId, string Antiforgery, DateTimeOffset ExpiresAt);

/// <summary>
/// Log-in codes and sessions, in memory: a restart ends them, and one is made again with one command.
/// Only hashes are kept, as for keys.
/// </summary>
internal sealed class SessionStore(IOptions<AuthOptions> options, TimeProvider clock)
{

    private const int MaxEntries = 1000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Name, string Role, string KeyId, DateTimeOffset ExpiresAt)> _codes = [];
    private readonly Dictionary<string, Session> _sessions = [];

    /// <summary>Browsers keep cookies by host, not by port: the port in the name keeps two platforms on one machine apart.</summary>
    public static string CookieName(HttpContext context) => $"platform-session-{context.Connection.LocalPort}";

    public (string Code, DateTimeOffset ExpiresAt) CreateCode(string name, string role, string keyId)
    {
        var code = SecretText.New();
        var expires = clock.GetUtcNow() + options.Value.LoginCodeLifetime;
        lock (_gate)
        {
            Trim(_codes, c => c.ExpiresAt);
            _codes[SecretText.HashText(code)] = (name, role, keyId, expires);
        }

        return (code, expires);
    }

    /// <summary>Turns a code into a session, once. Null: no such code, or too late.</summary>
    public (string Cookie, Session Session)? Redeem(string code)
    {
        lock (_gate)
        {
            if (!_codes.Remove(SecretText.HashText(code), out var found) || found.ExpiresAt <= clock.GetUtcNow()) return null;
            return Create(found.Name, found.Role, found.KeyId);
        }
    }

    public (string Cookie, Session Session) Create(string name, string role, string keyId)
    {
        var cookie = SecretText.New();
        var session = new Session(name, role, keyId, SecretText.New(), clock.GetUtcNow() + options.Value.SessionLifetime);
        lock (_gate)
        {
            Trim(_sessions, s => s.ExpiresAt);
            _sessions[SecretText.HashText(cookie)] = session;
        }

        return (cookie, session);
    }

    public Session? Find(string cookie)
    {
        lock (_gate)
        {
            return _sessions.TryGetValue(SecretText.HashText(cookie), out var session) && session.ExpiresAt > clock.GetUtcNow() ? session : null;
        }
    }

    public void End(string cookie)
    {
        lock (_gate) _sessions.Remove(SecretText.HashText(cookie));
    }

    private void Trim<T>(Dictionary<string, T> entries, Func<T, DateTimeOffset> expires)
    {
        if (entries.Count < MaxEntries) return;
        var now = clock.GetUtcNow();
        foreach (var key in entries.OrderBy(e => expires(e.Value)).Where((e, i) => expires(e.Value) <= now || i == 0).Select(e => e.Key).ToArray()) entries.Remove(key);
    }
}

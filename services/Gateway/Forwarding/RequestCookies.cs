using Microsoft.Extensions.Primitives;

namespace Platform.Gateway.Forwarding;

/// <summary>The cookies of a request, each as <c>name=value</c>, for <c>foreach</c>. Allocates nothing.</summary>
internal ref struct RequestCookies(IHeaderDictionary headers)
{
    private readonly StringValues _lines = headers.Cookie;
    private int _line;
    private ReadOnlySpan<char> _rest;

    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Whether a cookie of this name has this value. Of several of one name, which paths of different length may set, any is enough.</summary>
    public static bool Has(IHeaderDictionary headers, string name, string value)
    {
        foreach (var cookie in new RequestCookies(headers))
        {
            if (cookie.Length == name.Length + 1 + value.Length
                && cookie[name.Length] == '='
                && cookie.StartsWith(name, StringComparison.Ordinal)
                && cookie.EndsWith(value, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    public readonly RequestCookies GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_rest.IsEmpty)
        {
            if (_line == _lines.Count) return false;
            _rest = _lines[_line++];
        }

        var end = _rest.IndexOf(';');
        Current = (end < 0 ? _rest : _rest[..end]).Trim();
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return true;
    }
}

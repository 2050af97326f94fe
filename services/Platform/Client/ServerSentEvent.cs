using System.Text;

namespace Platform.CommandLine.Client;

/// <summary>One event of a text/event-stream.</summary>
internal sealed record ServerSentEvent(string Type, string Data, string? Id);

/// <summary>Puts lines together to events, as the HTML standard's "Server-sent events" says: a blank line ends an event.</summary>
internal sealed class ServerSentEventParser
{
    private readonly StringBuilder _data = new();
    private string _type = "message";
    private string? _id;

    /// <summary>Takes the next line; an event when that line completed one.</summary>
    public ServerSentEvent? Take(string line)
    {
        if (line.Length == 0) return Complete();
        if (line[0] == ':') return null;
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? "" : line[(colon + 1)..];
        if (value.StartsWith(' ')) value = value[1..];
        switch (field)
        {
            case "event": _type = value; break;
            case "id": _id = value; break;
            case "data": _data.Append(value).Append('\n'); break;
        }

        return null;
    }

    private ServerSentEvent? Complete()
    {
        var complete = _data.Length == 0 ? null : new ServerSentEvent(_type, _data.ToString(0, _data.Length - 1), _id);
        _data.Clear();
        _type = "message";
        return complete;
    }
}

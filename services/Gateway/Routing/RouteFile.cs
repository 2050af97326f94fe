using System.Text.Json;
using Platform.Contracts.Traffic;
using Platform.Effects;

namespace Platform.Gateway.Routing;

/// <summary>The tables and departures on disk: all that the gateway needs to serve when everything else is down.</summary>
internal sealed partial class RouteFile(string path, IEffects effects, ILogger<RouteFile> logger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What was written last; empty if nothing was. A file that cannot be read is set aside and reported.</summary>
    public RouteState Read()
    {
        if (!File.Exists(path)) return new RouteState();
        try
        {
            var state = JsonSerializer.Deserialize<RouteState>(File.ReadAllBytes(path), Json)!;
            var problems = state.Tables.SelectMany(RouteTableRules.Problems).ToList();
            if (problems.Count > 0) throw new JsonException(string.Join(' ', problems));
            return state;
        }
        catch (JsonException exception)
        {
            var aside = path + ".unreadable";
            File.Move(path, aside, overwrite: true);
            LogUnreadable(exception, path, aside);
            return new RouteState();
        }
    }

    public void Write(RouteState state)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DurableFile.Write(effects, path, JsonSerializer.SerializeToUtf8Bytes(state, Json));
    }

    [LoggerMessage(1, LogLevel.Error, "The routes in {Path} cannot be read; the file is kept as {Aside} and the gateway waits for Deployment to send its tables")]
    private partial void LogUnreadable(Exception exception, string path, string aside);
}

/// <summary>The content of the file.</summary>
internal sealed record RouteState
{
    /// <summary>One table per application; removed ones stay as a mark of their generation.</summary>
    public IReadOnlyList<RouteTable> Tables { get; init; } = [];

    /// <summary>Replicas that left their table.</summary>
    public IReadOnlyList<DepartedReplica> Departed { get; init; } = [];
}

/// <summary>A replica that left its table.</summary>
internal sealed record DepartedReplica
{
    public required string Application { get; init; }

    public required string Replica { get; init; }

    /// <summary>When it left.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it left for: the correlation id of the table.</summary>
    public required Guid CorrelationId { get; init; }
}

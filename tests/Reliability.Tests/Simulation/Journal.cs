using System.Collections.Concurrent;
using Platform.Contracts;

namespace Platform.Reliability.Simulation;

/// <summary>What was asked for and what was seen to happen, written down where no kill reaches it.</summary>
internal sealed class Journal
{
    private readonly ConcurrentQueue<ICommand> _commands = [];
    private readonly ConcurrentQueue<(string Replica, long Generation)> _starts = [];
    private readonly ConcurrentQueue<string> _violations = [];

    /// <summary>Commands that were accepted, in order.</summary>
    public IReadOnlyList<ICommand> Commands => [.. _commands];

    /// <summary>Processes that were started.</summary>
    public IReadOnlyList<(string Replica, long Generation)> Starts => [.. _starts];

    /// <summary>What must never happen, not even for a moment, and did.</summary>
    public IReadOnlyList<string> Violations => [.. _violations];

    public void Accepted(ICommand command) => _commands.Enqueue(command);

    public void Started(string replica, long generation) => _starts.Enqueue((replica, generation));

    public void Violated(string what) => _violations.Enqueue(what);

    public void CopyTo(Journal other)
    {
        foreach (var command in _commands) other._commands.Enqueue(command);
        foreach (var start in _starts) other._starts.Enqueue(start);
        foreach (var violation in _violations) other._violations.Enqueue(violation);
    }
}

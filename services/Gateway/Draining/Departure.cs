using Platform.Gateway.Replicas;
using Platform.Gateway.Routing;

namespace Platform.Gateway.Draining;

/// <summary>A replica on its way out: draining → drained → announced.</summary>
internal sealed class Departure(DepartedReplica departed, Replica? replica, TimeSpan grace)
{
    public DepartedReplica Departed { get; } = departed;

    /// <summary>The replica; null: it was drained, or left before this process started.</summary>
    public Replica? Replica { get; private set; } = replica;

    /// <summary>When what is still under way is cut.</summary>
    public DateTimeOffset CutAt { get; } = departed.At + grace;

    /// <summary>Requests cut.</summary>
    public int Cut { get; set; }

    /// <summary>The announcement was handed to the bus.</summary>
    public bool Announced { get; set; }

    public bool IsDrained => Replica is null;

    /// <summary>Closes the connections: nothing is under way and nothing will be.</summary>
    public void Finish()
    {
        Replica?.Dispose();
        Replica = null;
    }
}

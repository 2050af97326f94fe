using Platform.Contracts.Traffic;

namespace Platform.Gateway.Routers;

/// <summary>
/// A data plane beside the platform's own that clients may come through: it is told the tables that name it, and says when they hold.
/// The platform's own data plane knows every table as well; a router only adds a way in.
/// </summary>
/// <remarks>
/// Everything here is asked again and again (a table is re-sent every few seconds until it is acknowledged, and now and then afterwards), so an
/// implementation looks at what there is and puts right what differs. It keeps nothing that a restart must not lose. Calls about one application
/// come one at a time; calls about several may come at once.
/// </remarks>
internal interface ITrafficRouter
{
    /// <summary>What a manifest calls it: <c>traffic: { router: NAME }</c>.</summary>
    string Name { get; }

    /// <summary>True: what it answers is on the metric stream. False: nobody knows whether anybody asks.</summary>
    bool TellsRequests => false;

    /// <summary>Puts a table in force, and returns when requests are really routed by it. Cheap if they are already.</summary>
    /// <param name="table">The table; not a removed one. It has passed <see cref="Routing.RouteTableRules"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not necessarily the change.</param>
    /// <returns>What is wrong, in a sentence or the router's own words: the table is not in force, what was before still is. Null: it is in force.</returns>
    Task<string?> ApplyAsync(RouteTable table, CancellationToken cancellationToken);

    /// <summary>Takes an application out: it was removed, or names another router. Asked about applications that were never there too.</summary>
    /// <returns>What is wrong; null: no new request is routed to it here.</returns>
    Task<string?> RemoveAsync(string application, CancellationToken cancellationToken);

    /// <summary>
    /// Whether what was routed by earlier tables of the application has ended: no request can be under way, or come, through this router to a replica
    /// that the table in force does not name. It may also say so when the table's drain timeout has passed.
    /// </summary>
    /// <param name="inForce">The application's table in force, whichever router it names.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    ValueTask<bool> HasDrainedAsync(RouteTable inForce, CancellationToken cancellationToken);
}

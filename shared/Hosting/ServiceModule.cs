using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Platform.Hosting;

/// <summary>One service as a part: what it registers, what it serves, on which port. A host runs one of them or all.</summary>
/// <param name="Name">Its name, lower case: <c>deployment</c>. Also its configuration key under <c>Ports</c>.</param>
/// <param name="Port">The default port of its control API.</param>
/// <param name="Add">Registers its services.</param>
/// <param name="Map">Maps its control API; every endpoint states its policy (<see cref="Roles"/>).</param>
/// <param name="Traffic">The pipeline of its traffic port, which reaches nothing else; null: it has none.</param>
/// <param name="TrafficPort">The default port of its traffic, configured as <c>Ports:traffic</c>.</param>
/// <param name="HasDashboard">Whether its <c>/</c> is the platform's dashboard; the others then lead there.</param>
public sealed record ServiceModule(
    string Name,
    int Port,
    Action<IHostApplicationBuilder> Add,
    Action<IEndpointRouteBuilder> Map,
    Action<IApplicationBuilder>? Traffic = null,
    int? TrafficPort = null,
    bool HasDashboard = false);

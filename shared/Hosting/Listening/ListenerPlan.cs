using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Platform.Hosting.Listening;

/// <summary>Which ports the host opens.</summary>
internal static class ListenerPlan
{
    public const string Section = "Ports";
    public const string TrafficKey = "traffic";

    public static IReadOnlyList<Listener> Make(
        IReadOnlyList<ServiceModule> modules, IConfiguration configuration, NetworkOptions network, List<ConfigurationProblem> problems)
    {
        var listeners = new List<Listener>();
        foreach (var module in modules)
        {
            listeners.Add(new Listener(module, false, network.ControlAddress, Port(configuration, module.Name, module.Port, problems), $"{Section}:{module.Name}"));
            if (module.Traffic is null) continue;
            listeners.Add(new Listener(
                module, true, network.TrafficAddress, Port(configuration, TrafficKey, module.TrafficPort ?? 0, problems), $"{Section}:{TrafficKey}"));
        }

        foreach (var same in listeners.Where(l => l.Port != 0).GroupBy(l => l.Port).Where(g => g.Count() > 1))
        {
            problems.Add(new ConfigurationProblem(string.Join(", ", same.Select(l => l.Key)), "different ports", $"port {same.Key} for {string.Join(" and ", same)}"));
        }

        return listeners;
    }

    private static int Port(IConfiguration configuration, string name, int standard, List<ConfigurationProblem> problems)
    {
        var text = configuration[$"{Section}:{name}"];
        if (text is null) return standard;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535) return port;
        problems.Add(new ConfigurationProblem($"{Section}:{name}", "0 to 65535 (0: any free port)", $"'{text}'"));
        return standard;
    }
}

namespace Platform.CommandLine.Client;

/// <summary>The paths of the services' HTTP APIs that the command line uses.</summary>
internal static class ServiceRoutes
{
    public const string Deploy = "/api/deployment/deploy";
    public const string Rollback = "/api/deployment/rollback";
    public const string Scale = "/api/deployment/scale";
    public const string Applications = "/api/deployment/applications";
    public const string Secrets = "/api/deployment/secrets";
    public const string Environments = "/api/deployment/environments";
    public const string Config = "/api/deployment/config";
    public const string Alerts = "/alerts";
    public const string Keys = "/keys";

    public const string LoginCodes = "/login/codes";
    public const string Ready = "/health/ready";

    /// <summary>The log of events, newest first.</summary>
    public static string Events(int limit, string? type, string? application) =>
        $"/events?limit={limit}{Query("type", type)}{Query("application", application)}";

    /// <summary>Events as they happen.</summary>
    public const string EventStream = "/events/stream";

    public static string Application(string name) => $"{Applications}/{Uri.EscapeDataString(name)}";

    public static string Secret(string name) => $"{Secrets}/{Uri.EscapeDataString(name)}";

    public static string Environment(string name) => $"{Environments}/{Uri.EscapeDataString(name)}";

    public static string Promotions(string environment) => Environment(environment) + "/promotions";

    public static string ConfigDiff(long from, long? to) => $"{Config}/diff?from={from}{(to is null ? "" : $"&to={to}")}";

    public static string Report(string name, string period) => $"/api/deployment/reports/{name}?period={period}";

    /// <summary>What applications cost, of the autoscaler.</summary>
    public static string CostAnalysis(string? application) => "/cost-analysis" + (application is null ? "" : $"?application={Uri.EscapeDataString(application)}");

    /// <summary>What the autoscaler recommends: with an application its size and schedule too.</summary>
    public static string Recommendations(string? application) => "/recommendations" + (application is null ? "" : $"?application={Uri.EscapeDataString(application)}");

    public static string Rollout(Guid id) => $"/api/deployment/deployments/{id}";

    /// <summary>What the judge knew of it at which time.</summary>
    public static string Evidence(Guid id) => $"{Rollout(id)}/evidence";

    /// <summary>The jobs of its pipeline.</summary>
    public static string Jobs(Guid id) => $"{Rollout(id)}/jobs";

    /// <summary>What a job wrote.</summary>
    public static string JobLog(Guid id, int number, int tail) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Jobs(id)}/{number}/log?tail={tail}");

    /// <summary>Where to say something to a rollout: promote, pause, resume, approve, abort, retry.</summary>
    public static string RolloutWord(Guid id, string word) => $"{Rollout(id)}/{word}";

    public static string Rollouts(string application, int limit) => $"/api/deployment/deployments?application={Uri.EscapeDataString(application)}&limit={limit}";

    public static string Logs(string application, int tail, bool follow, string? replica) =>
        $"{Application(application)}/logs?tail={tail}&follow={(follow ? "true" : "false")}{(replica is null ? "" : $"&replica={Uri.EscapeDataString(replica)}")}";

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}

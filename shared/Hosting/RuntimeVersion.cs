namespace Platform.Hosting;

/// <summary>The oldest runtime the platform runs on.</summary>
internal static class RuntimeVersion
{
    /// <summary>Has the fix for chunk extensions that smuggle requests past Kestrel (CVE-2025-55315).</summary>
    private static readonly Version Least = new(10, 0, 0);

    public static void Require() => Require(Environment.Version);

    public static void Require(Version found)
    {
        if (found < Least)
        {
            throw new ConfigurationException([new ConfigurationProblem(".NET runtime", $"{Least} or newer (older ones let requests be smuggled past Kestrel)", found.ToString())]);
        }
    }
}

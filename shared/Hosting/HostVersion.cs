using System.Reflection;

namespace Platform.Hosting;

/// <summary>Which version of the platform runs.</summary>
public static class HostVersion
{
    /// <summary><c>0.1.0</c>, or <c>0.1.0+commit</c>.</summary>
    public static string Text { get; } =
        typeof(HostVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}

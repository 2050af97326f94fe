using Platform.Autoscaler;
using Platform.Deployment;
using Platform.Gateway;
using Platform.HealthMonitor;
using Platform.Hosting;

namespace Platform.CommandLine.Reference;

/// <summary>One page of the reference.</summary>
/// <param name="FileName">Its file's name.</param>
/// <param name="Text">Markdown.</param>
internal sealed record ReferencePage(string FileName, string Text);

/// <summary>The reference, derived from the code: nothing in it can be true only on paper.</summary>
internal static class ReferencePages
{
    public static IReadOnlyList<ServiceModule> Modules { get; } = [GatewayModule.Module, AutoscalerModule.Module, DeploymentModule.Module, HealthMonitorModule.Module];

    public static async Task<IReadOnlyList<ReferencePage>> GenerateAsync(CancellationToken ct) =>
    [
        new("command-line.md", CommandLinePage.Write()),
        new("configuration.md", ConfigurationDocumentation.Markdown(ConfigurationDocumentation.Describe(Modules))),
        new("http.md", await HttpPage.WriteAsync(Modules, ct)),
        new("manifest.md", ManifestPage.Write()),
        new("messages.md", MessagesPage.Write()),
    ];

    /// <summary>The pages whose files in a folder are missing or different.</summary>
    public static IReadOnlyList<string> Stale(IReadOnlyList<ReferencePage> pages, string folder) =>
        [.. pages.Where(page => !IsCurrent(page, Path.Combine(folder, page.FileName))).Select(page => page.FileName)];

    private static bool IsCurrent(ReferencePage page, string file) => File.Exists(file) && File.ReadAllText(file) == page.Text;
}

using System.Globalization;
using System.Text;

namespace Platform.Benchmarks.Autoscale;

/// <summary>What each policy did, minute by minute, for checking from outside.</summary>
internal static class DecisionFiles
{
    public static async Task WriteAsync(string folder, IReadOnlyList<Run> runs, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var run in runs)
        {
            var text = new StringBuilder("minute,ready,wanted\n");
            for (var minute = 0; minute < run.Ready.Length; minute++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{minute},{run.Ready[minute]},{run.Wanted[minute]}\n");
            }

            await File.WriteAllTextAsync(Path.Combine(folder, $"{run.Policy}-{run.Parameter}.csv"), text.ToString(), cancellationToken);
        }
    }
}

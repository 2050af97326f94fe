using System.Text.Json;
using Platform.Hosting.Json;
using Platform.Storage;

namespace Platform.Autoscaler.Cost;

/// <summary>Reads and writes costs: a row per application and hour, and one per application with what goes on after a restart.</summary>
internal static class CostStore
{
    /// <summary>Hours older than this are forgotten: four whole weeks and the one under way.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(35);

    public static async Task SaveAsync(Transaction transaction, CostAccount account, IReadOnlyList<HourFigures> hours, CostState state)
    {
        var application = account.Application;
        foreach (var figures in hours)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO cost_hours (application, hour, figures) VALUES (@application, @Hour, @json) ON CONFLICT (application, hour) DO UPDATE SET figures = excluded.figures",
                new { application, figures.Hour, json = JsonSerializer.Serialize(figures, PlatformJson.Options) });
        }

        await transaction.ExecuteAsync(
            "INSERT INTO cost_states (application, state) VALUES (@application, @json) ON CONFLICT (application) DO UPDATE SET state = excluded.state",
            new { application, json = JsonSerializer.Serialize(state, PlatformJson.Options) });
    }

    /// <summary>Hours of an application, oldest first.</summary>
    public static async Task<IReadOnlyList<HourFigures>> HoursAsync(Reader reader, string application, DateTimeOffset since) =>
        [.. (await reader.QueryAsync<string>("SELECT figures FROM cost_hours WHERE application = @application AND hour >= @since ORDER BY hour", new { application, since })).Select(Figures)];

    /// <summary>Everything that was followed when it was last written.</summary>
    public static async Task<IReadOnlyList<CostAccount>> LoadAsync(Reader reader)
    {
        List<CostAccount> accounts = [];
        foreach (var row in await reader.QueryAsync<StateRow>("SELECT application, state FROM cost_states"))
        {
            var state = JsonSerializer.Deserialize<CostState>(row.State, PlatformJson.Options)!;
            HourFigures? open = null;
            if (state.Meter.Last is { } last)
            {
                var hour = new DateTimeOffset(last.UtcTicks - (last.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
                var figures = await reader.FirstOrDefaultAsync<string>("SELECT figures FROM cost_hours WHERE application = @Application AND hour = @hour", new { row.Application, hour });
                open = figures is null ? null : Figures(figures);
            }

            accounts.Add(new CostAccount(row.Application, RightSizing.UsageProfile.Of(state.Usage), CostMeter.Of(state.Meter, open)));
        }

        return accounts;
    }

    /// <summary>Forgets old hours, and what went on with applications that are gone.</summary>
    public static async Task ForgetAsync(Transaction transaction, DateTimeOffset now)
    {
        await transaction.ExecuteAsync("DELETE FROM cost_hours WHERE hour < @old", new { old = now - Kept });
        await transaction.ExecuteAsync("DELETE FROM cost_states WHERE application NOT IN (SELECT name FROM applications WHERE removed = 0)");
    }

    private static HourFigures Figures(string json) => JsonSerializer.Deserialize<HourFigures>(json, PlatformJson.Options)!;

    private sealed record StateRow
    {
        public string Application { get; init; } = "";

        public string State { get; init; } = "";
    }
}

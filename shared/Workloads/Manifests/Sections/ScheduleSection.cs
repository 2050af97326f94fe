using System.Globalization;
using Platform.Contracts.Scaling;
using Platform.Contracts.Units;
using Platform.Workloads.Manifests.Yaml;

namespace Platform.Workloads.Manifests.Sections;

/// <summary>An entry of <c>scaling.schedules</c>: <c>{ name, days, begins, ends }</c> or <c>{ name, cron, for }</c>, with <c>from, to, timeZone, min, max</c>.</summary>
internal static class ScheduleSection
{
    private const int Most = 50, LongestName = 100, MostReplicas = 1_000;
    private static readonly string[] Weekdays = [.. Enum.GetNames<DayOfWeek>().Select(day => day.ToLowerInvariant())];

    public static IReadOnlyList<ScalingSchedule> Read(Section scaling, int min, int max)
    {
        var schedules = scaling.List("schedules", "a list of { name, days, begins, ends, min, max } or { name, cron, for, min, max }", (node, path) => Schedule(scaling, node, path, min, max));
        if (schedules.Count > Most) scaling.Conflict("schedules", $"at most {Most}", $"There are {schedules.Count} schedules; at most {Most} are kept.");
        return schedules;
    }

    private static ScalingSchedule Schedule(Section list, YamlNode node, string path, int least, int most)
    {
        if (node is not YamlMapping mapping)
        {
            list.Problems.Add(node, path, "a section { name, …, min, max }", node.Describe(), $"Expected a section {{ name, …, min, max }}, found {node.Describe()}.");
            return new ScalingSchedule { Name = "" };
        }

        var section = new Section(mapping, mapping, path, list.Problems);
        var schedule = new ScalingSchedule
        {
            Name = section.Required("name", $"a name for explanations, 1 to {LongestName} characters", text => text.Trim().Length > 0 && text.Length <= LongestName && !text.Any(char.IsControl)),
            Days = section.List("days", "a list of weekdays such as [monday, friday]", (day, where) => section.Parsed(day, where, DayOfWeek.Monday, "one of " + string.Join(", ", Weekdays), Day, null)),
            Begins = Time(section, "begins"),
            Ends = Time(section, "ends"),
            Cron = Cron(section),
            For = section.Optional<TimeSpan>("for", Duration.Expected + ", from 1m to 7d", Duration.TryParse, Rules.Between(TimeSpan.FromMinutes(1), TimeSpan.FromDays(7))),
            From = section.Optional<DateTimeOffset>("from", Moment, TryMoment),
            To = section.Optional<DateTimeOffset>("to", Moment, TryMoment),
            TimeZone = section.Value("timeZone", "UTC", "an IANA time zone such as Europe/Berlin", Section.Text, zone => TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)),
            Min = section.Optional<int>("min", $"a whole number from 0 to {MostReplicas}", Rules.IsWhole, Rules.Between(0, MostReplicas)),
            Max = section.Optional<int>("max", $"a whole number from 1 to {MostReplicas}", Rules.IsWhole, Rules.Between(1, MostReplicas)),
        };
        CheckWhen(section, schedule);
        CheckLimits(section, schedule, least, most);
        section.Close();
        return schedule;
    }

    private static void CheckWhen(Section section, ScalingSchedule schedule)
    {
        if (section.Has("cron"))
        {
            if (!section.Has("for")) section.Missing("for", "how long it lasts after each time of its cron line, such as 90m");
            foreach (var member in ((string[])["days", "begins", "ends"]).Where(section.Has))
                section.Conflict(member, "no such member beside cron", $"Its cron line says when it begins; remove {member}, or cron.");
        }
        else if (section.Has("for"))
        {
            section.Conflict("for", "cron beside it", "'for' is how long it lasts after each time of a cron line; add cron, or say when it ends by ends.");
        }

        if (schedule is { Begins: { } begins, Ends: { } ends } && begins == ends)
            section.Conflict("ends", "another time than begins", $"It would begin and end at {begins}; for whole days leave both out.");
        if (schedule.From >= schedule.To) section.Conflict("to", "later than from", $"It would end at {Written(schedule.To!.Value)}, not after it begins.");
    }

    /// <summary>Outside of the application's own limits it would do nothing, and nobody would be told.</summary>
    private static void CheckLimits(Section section, ScalingSchedule schedule, int least, int most)
    {
        if (!section.Has("min") && !section.Has("max"))
        {
            section.Problems.Add(section.At, section.Path, "min, max or both", "neither", "It changes nothing; give it a min or a max.");
            return;
        }

        if (schedule.Min > schedule.Max) section.Conflict("max", $"at least its min, {schedule.Min}", $"Its min is {schedule.Min} and its max is {schedule.Max}.");
        if (least > most) return;
        foreach (var (member, value) in (ReadOnlySpan<(string, int?)>)[("min", schedule.Min), ("max", schedule.Max)])
        {
            if (value < least || value > most)
                section.Conflict(member, $"{least} to {most}, as scaling.min and scaling.max", $"A schedule narrows the limits and never leaves them: scaling.min is {least}, scaling.max is {most}; widen them, and let schedules hold the rest of the time.");
        }
    }

    private static string? Time(Section section, string member) =>
        section.Value<string?>(member, null, TimeOfDay.Expected, (string text, out string? value) => TimeOfDay.TryParse(value = text, out _));

    private static string? Cron(Section section)
    {
        // What is wrong with it is told field by field.
        var expected = section.Find("cron") is YamlScalar { Text: var line } && !CronLine.TryParse(line, out _, out var problem)
            ? problem
            : "five fields: minute hour day month weekday, as in '0 8 * * 1-5'";
        return section.Value<string?>("cron", null, expected, (string text, out string? value) => CronLine.TryParse(value = text, out _, out _));
    }

    private static bool Day(string text, out DayOfWeek day)
    {
        var at = Array.IndexOf(Weekdays, text.ToLowerInvariant());
        day = at < 0 ? default : (DayOfWeek)at;
        return at >= 0;
    }

    private const string Moment = "a moment such as 2026-11-27T00:00:00Z";

    private static bool TryMoment(string text, out DateTimeOffset value) =>
        DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);

    public static string Written(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture);
}

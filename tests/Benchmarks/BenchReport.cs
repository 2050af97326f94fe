using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>The two forms of a result: a table for people, and <c>{ bench, command, machine, rows }</c> for machines.</summary>
internal static class BenchReport
{
    private const int MostColumns = 12;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Print(IAnsiConsole console, BenchResult result)
    {
        var columns = result.Rows.SelectMany(row => row.Keys).Distinct().ToArray();
        console.Write(columns.Length > MostColumns ? Upright(columns, result.Rows) : Table(columns, result.Rows));
        foreach (var promise in result.Promises) console.MarkupLine($"{(promise.Holds ? "[green]holds[/] " : "[red]BROKEN[/]")}  {Markup.Escape(promise.Text)}");
    }

    private static Table Table(string[] columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            var cell = new TableColumn(Markup.Escape(column)).NoWrap();
            table.AddColumn(rows.Any(row => row.GetValueOrDefault(column) is not (null or string or bool)) ? cell.RightAligned() : cell);
        }

        foreach (var row in rows) table.AddRow([.. columns.Select(column => Markup.Escape(Format(row.GetValueOrDefault(column))))]);
        return table;
    }

    /// <summary>A line per figure and a column per row, for rows too long to lie flat.</summary>
    private static Table Upright(string[] columns, IReadOnlyList<IReadOnlyDictionary<string, object?>> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(columns[0]);
        foreach (var row in rows) table.AddColumn(new TableColumn(Markup.Escape(Format(row.GetValueOrDefault(columns[0])))).RightAligned());
        foreach (var column in columns[1..]) table.AddRow([column, .. rows.Select(row => Markup.Escape(Format(row.GetValueOrDefault(column))))]);
        return table;
    }

    /// <summary>The shape is fixed: other tools read it.</summary>
    public static async Task WriteJsonAsync(string file, string bench, string command, BenchResult result)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, new { bench, command, machine = Machine.Describe(), rows = result.Rows }, Json);
    }

    private static string Format(object? value) => value switch
    {
        null => "",
        double number when Math.Abs(number) >= 1000 => number.ToString("N0"),
        double number => number.ToString("0.###"),
        int or long => $"{value:N0}",
        bool yes => yes ? "yes" : "no",
        _ => value.ToString() ?? "",
    };
}

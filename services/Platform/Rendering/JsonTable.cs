using System.Text.Json;
using Spectre.Console;

namespace Platform.CommandLine.Rendering;

/// <summary>A list of flat JSON objects as a table: a column per member of the first.</summary>
internal static class JsonTable
{
    public static Table Of(JsonElement items)
    {
        var table = Tables.Plain();
        var columns = items.EnumerateArray().First().EnumerateObject()
            .Where(member => member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            .Select(member => member.Name).ToList();
        foreach (var column in columns) table.AddColumn(Markup.Escape(column));
        foreach (var item in items.EnumerateArray())
            table.AddRow([.. columns.Select(column => Markup.Escape(item.TryGetProperty(column, out var value) ? value.ToString() : ""))]);
        return table;
    }
}

/// <summary>How tables look: no boxes, so that they can be cut and searched with other tools.</summary>
internal static class Tables
{
    public static Table Plain() => new Table().Border(TableBorder.None).Collapse();
}

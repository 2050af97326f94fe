using System.Globalization;
using System.Net;
using System.Text;

namespace Platform.Deployment.Reports;

/// <summary>A report as text: CSV for spreadsheets, a page for people.</summary>
internal static class ReportText
{
    /// <summary>RFC 4180: a line of names, then a line per row.</summary>
    public static string Csv(ReportTable table)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', table.Columns).Append("\r\n");
        foreach (var row in table.Rows) text.AppendJoin(',', row.Select(cell => Quoted(Plain(cell)))).Append("\r\n");
        return text.ToString();
    }

    /// <summary>A page that needs nothing beside it.</summary>
    public static string Html(string title, ReportFacts facts, ReportTable table)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>").Append(Safe(title)).Append("</title>");
        page.Append("<style>body{font:15px system-ui;margin:2em}table{border-collapse:collapse}td,th{padding:.3em .9em;border-bottom:1px solid #ccc;text-align:right}td:first-child,th:first-child{text-align:left}</style>");
        page.Append("<h1>").Append(Safe(title)).Append("</h1><p>").Append(Time(facts.From)).Append(" to ").Append(Time(facts.To)).Append("</p><table><tr>");
        foreach (var column in table.Columns) page.Append("<th>").Append(Safe(column)).Append("</th>");
        page.Append("</tr>");
        foreach (var row in table.Rows)
        {
            page.Append("<tr>");
            foreach (var cell in row) page.Append("<td>").Append(Safe(Plain(cell))).Append("</td>");
            page.Append("</tr>");
        }

        page.Append("</table>");
        if (table.Rows.Count == 0) page.Append("<p>Nothing ran and nothing changed in this time.</p>");
        page.Append("<h2>Not in this report</h2><ul>");
        foreach (var sentence in table.NotKnown) page.Append("<li>").Append(Safe(sentence)).Append("</li>");
        return page.Append("</ul></html>").ToString();
    }

    private static string Plain(object? cell) => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : text;

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}

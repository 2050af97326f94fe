using System.Text;

namespace Platform.Security.Tests.Malformed;

/// <summary>Makes something wrong (usually) out of a right manifest: its lines, its values, its bytes.</summary>
internal static class YamlMutation
{
    private static readonly string[] Values =
    [
        "~", "null", "''", "[]", "{}", "-1", "1e999", ".nan", ".inf", "0x1F", "99999999999999999999", "2026-01-01", "yes", "!!binary aGk=", "!!python/object:os.system x", "*a", "&a x", "|", ">",
        "5 m", "-5m", "500%", "1Ei", "../../etc", "/etc/passwd", "'\\0'", "\"\\u0000\"", "\"\\uD800\"", "[", "{", "- x", "secret://../../admin.key", "secret://", "${HOME}", "`id`", "$(id)", "; id",
    ];

    private static readonly string[] Lines =
    [
        "extra: 1", "name: again", "<<: *a", "? [a, b] : c", "---", "...", "%YAML 9.9", "\ttab: 1", "  odd: 1", "docker: { image: x }", "runtime: kubernetes", "key with: colon: twice", "- item", "# comment",
        "process: { command: [sh, -c, id] }", "process: { command: ['../../bin/sh'] }", "env: { PASSWORD: x }", "metrics: { path: 'http://169.254.169.254/' }",
    ];

    /// <summary>One to three mutations of a manifest.</summary>
    public static byte[] Mutate(string good, Random random)
    {
        var lines = good.Split('\n').ToList();
        for (var left = random.Next(1, 4); left > 0; left--) Change(lines, random);
        var text = string.Join(random.Next(10) == 0 ? "\r\n" : "\n", lines);
        var bytes = Encoding.UTF8.GetBytes(text);
        switch (random.Next(14))
        {
            case 0: return bytes[..random.Next(bytes.Length + 1)];
            case 1: bytes[random.Next(bytes.Length)] = (byte)random.Next(0x80, 0x100); return bytes;
            case 2: bytes[random.Next(bytes.Length)] = (byte)random.Next(0x20); return bytes;
            case 3: return Encoding.UTF32.GetBytes(text);
            default: return bytes;
        }
    }

    private static void Change(List<string> lines, Random random)
    {
        if (lines.Count == 0) lines.Add("");
        var at = random.Next(lines.Count);
        switch (random.Next(7))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(at, lines[at]); break;
            case 2: lines.Insert(at, Lines[random.Next(Lines.Length)]); break;
            case 3: lines[at] = new string(' ', random.Next(5)) + lines[at]; break;
            case 4: lines[at] = lines[at].Split(':')[0] + ": " + string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "[" : "{a: ", random.Next(3) switch { 0 => 5, 1 => 20, _ => 3_000 })); break;
            default: lines[at] = lines[at].Split(':')[0] + ": " + Values[random.Next(Values.Length)]; break;
        }
    }
}

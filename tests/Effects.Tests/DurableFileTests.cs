using System.Text;
using Platform.Effects;

namespace Effects.Tests;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("durable-file-").FullName;

    private string FilePath => Path.Combine(_folder, "routes.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_NewFile_IsReadableByTheOwnerOnly()
    {
        Write(UnhinderedEffects.Instance, "new");

        Assert.Equal("new", File.ReadAllText(FilePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_KilledAnywhere_LeavesTheOldContentOrTheNew()
    {
        var effects = new List<string>();
        Write(new Deadly(effects, killAt: int.MaxValue, torn: null), "learning");
        Assert.Equal(["before FileWrite", "after FileWrite", "before FileRename", "after FileRename"], effects);

        for (var kill = 0; kill < effects.Count; kill++)
        {
            Write(UnhinderedEffects.Instance, "old");

            Assert.Throws<KilledHereException>(() => Write(new Deadly([], kill, torn: null), "new"));

            Assert.Equal(kill < 3 ? "old" : "new", File.ReadAllText(FilePath));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Write_TornAndKilled_LeavesTheOldContent(int bytes)
    {
        Write(UnhinderedEffects.Instance, "old");

        Assert.Throws<KilledHereException>(() => Write(new Deadly([], killAt: 1, torn: bytes), "new"));

        Assert.Equal("old", File.ReadAllText(FilePath));
        Write(UnhinderedEffects.Instance, "new");
        Assert.Equal("new", File.ReadAllText(FilePath));
    }

    private void Write(IEffects effects, string text) => DurableFile.Write(effects, FilePath, Encoding.UTF8.GetBytes(text));

    /// <summary>Dies at the n-th call (from 0) and writes only the first bytes when asked to tear.</summary>
    private sealed class Deadly(List<string> calls, int killAt, int? torn) : IEffects
    {
        public void Before(EffectKind kind, string what) => Pass($"before {kind}");

        public void After(EffectKind kind, string what) => Pass($"after {kind}");

        public int Torn(string what, int length) => torn ?? length;

        private void Pass(string call)
        {
            if (calls.Count == killAt) throw new KilledHereException();
            calls.Add(call);
        }
    }

    private sealed class KilledHereException : Exception;
}

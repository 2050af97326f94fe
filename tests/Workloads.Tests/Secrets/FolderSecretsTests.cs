using Platform.Workloads.Secrets;

namespace Workloads.Tests.Secrets;

public sealed class FolderSecretsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("secrets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Find_AFileOfThePlatformsUserOnly_GivesItsContentWithoutTheLastLineBreak()
    {
        Write("database", "s3cr3t\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal("s3cr3t", new FolderSecrets(_folder).Find("database"));
    }

    [Fact]
    public void Find_AFileOthersCanRead_IsRefusedWithoutItsContent()
    {
        Write("database", "s3cr3t", UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var error = Assert.Throws<UnauthorizedAccessException>(() => new FolderSecrets(_folder).Find("database"));

        Assert.Contains("chmod 600", error.Message);
        Assert.DoesNotContain("s3cr3t", error.Message);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("../secrets")]
    [InlineData("..")]
    [InlineData("/etc/hostname")]
    public void Find_ANameThatIsNoneHere_GivesNull(string name) => Assert.Null(new FolderSecrets(_folder).Find(name));

    private void Write(string name, string content, UnixFileMode mode)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, mode);
    }
}

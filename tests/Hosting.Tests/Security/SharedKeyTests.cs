using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Platform.Hosting.Tests.Security;

public sealed class SharedKeyTests
{
    private static ServiceModule Guarded() => TestHost.Module(map: e => e.MapGet("/read", () => "read").RequireAuthorization(Roles.Viewer));

    [Fact]
    public async Task KeyFile_IsTakenByServicesThatShareNothingElse()
    {
        var folder = TestHost.NewFolder();
        var file = Path.Combine(folder, "operator.key");
        await File.WriteAllTextAsync(file, "shared-between-services-0123456789\n");
        string[] args = ["--Auth:Keys:0:Name=team", "--Auth:Keys:0:Role=operator", $"--Auth:Keys:0:File={file}"];
        await using (var first = await TestHost.StartAsync([Guarded()], args))
        await using (var second = await TestHost.StartAsync([Guarded()], args))
        {
            foreach (var host in new[] { first, second })
            {
                using var answer = await host.With("shared-between-services-0123456789").GetAsync("/read");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void KeyFile_MissingShortOrBesideAHash_IsSaid()
    {
        var folder = TestHost.NewFolder();
        var file = Path.Combine(folder, "short.key");
        File.WriteAllText(file, "1234");
        var error = Assert.Throws<ConfigurationException>(() => ServiceHost.Build(
            [
                "--data", folder,
                "--Auth:Keys:0:Name=a", "--Auth:Keys:0:Role=viewer", $"--Auth:Keys:0:File={folder}/missing",
                "--Auth:Keys:1:Name=b", "--Auth:Keys:1:Role=viewer", $"--Auth:Keys:1:File={file}",
                "--Auth:Keys:2:Name=c", "--Auth:Keys:2:Role=viewer", $"--Auth:Keys:2:File={file}", $"--Auth:Keys:2:Sha256={new string('a', 64)}",
                "--Auth:Keys:3:Name=d", "--Auth:Keys:3:Role=viewer",
            ], [Guarded()]));
        Assert.Equal(
            ["Auth:Keys:0:File", "Auth:Keys:1:File", "Auth:Keys:2", "Auth:Keys:2:File", "Auth:Keys:3:Sha256"], error.Problems.Select(p => p.Path).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("1234", error.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}

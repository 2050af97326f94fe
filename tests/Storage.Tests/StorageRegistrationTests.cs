using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Platform.Testing;

namespace Platform.Storage.Tests;

public sealed class StorageRegistrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TwoModules_OneHost_HaveAFileEach()
    {
        var builder = Builder();
        builder.AddModuleDatabase("deployment", [new(1, "t", "CREATE TABLE t (id TEXT)")]);
        builder.AddModuleDatabase("autoscaler", [new(1, "t", "CREATE TABLE t (id TEXT)")]);
        builder.AddModuleMigrations("deployment", "audit", [new(1, "audit", "CREATE TABLE audit (id TEXT)")]);
        using var host = builder.Build();
        await host.StartAsync();

        var deployment = host.Services.GetRequiredKeyedService<Database>("deployment");
        await deployment.TransactAsync(t => t.ExecuteAsync("INSERT INTO t VALUES ('1'); INSERT INTO audit VALUES ('1')"));

        Assert.Equal(0, await host.Services.GetRequiredKeyedService<Database>("autoscaler").ReadAsync(r => r.FirstOrDefaultAsync<long>("SELECT COUNT(*) FROM t")));
        Assert.Equal(["autoscaler.db", "deployment.db"], Directory.GetFiles(_folder.Path, "*.db").Select(Path.GetFileName).Order());
        await host.StopAsync();
    }

    [Theory]
    [InlineData("mysql", null, "Storage:Kind")]
    [InlineData("postgresql", null, "Storage:ConnectionString")]
    public async Task Start_WithUnusableSettings_SaysWhich(string kind, string? connection, string expected)
    {
        var builder = Builder();
        builder.Configuration["Storage:Kind"] = kind;
        builder.Configuration["Storage:ConnectionString"] = connection;
        builder.AddModuleDatabase("deployment", []);
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAServerThatDoesNotAnswer_IsNotHeldUpAndSaysWhatItWaitsFor()
    {
        var builder = Builder();
        builder.Configuration["Storage:Kind"] = "postgresql";
        builder.Configuration["Storage:ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x";
        builder.AddModuleDatabase("deployment", []);
        using var host = builder.Build();
        await host.StartAsync();

        var database = host.Services.GetRequiredKeyedService<Database>("deployment");
        Assert.Contains("PostgreSQL at 127.0.0.1:1", database.WaitingFor, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => database.BeginAsync());
        await host.StopAsync();
    }

    private HostApplicationBuilder Builder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", _folder.Path)]);
        return builder;
    }
}

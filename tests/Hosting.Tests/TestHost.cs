using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Hosting.Security;

namespace Platform.Hosting.Tests;

/// <summary>A real host on free ports and a temporary data folder.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private TestHost(WebApplication app, string data, bool ownsData)
    {
        App = app;
        Data = data;
        OwnsData = ownsData;
    }

    public WebApplication App { get; }

    public string Data { get; }

    private bool OwnsData { get; }

    public string AdminKey => File.ReadAllText(Path.Combine(Data, "admin.key")).Trim();

    public static ServiceModule Module(string name = "alpha", Action<IEndpointRouteBuilder>? map = null, Action<IApplicationBuilder>? traffic = null) =>
        new(name, 0, _ => { }, map ?? (_ => { }), traffic, traffic is null ? null : 0);

    public static Task<TestHost> StartAsync(params ServiceModule[] modules) => StartAsync(modules, []);

    public static async Task<TestHost> StartAsync(
        IReadOnlyList<ServiceModule> modules, string[] args, Action<WebApplicationBuilder>? configure = null, string? data = null)
    {
        var folder = data ?? NewFolder();
        var app = ServiceHost.Build(["--data", folder, "--Log:Level=fatal", .. args], modules, configure);
        await app.StartAsync();
        return new TestHost(app, folder, data is null);
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("platform-hosting-").FullName;

    public Uri Address(string module = "alpha") => App.Services.GetRequiredService<IServiceAddresses>().Control(module);

    public Uri Traffic(string module = "alpha") => App.Services.GetRequiredService<IServiceAddresses>().Traffic(module)!;

    public HttpClient Anonymous(string module = "alpha") => new() { BaseAddress = Address(module) };

    public HttpClient Admin(string module = "alpha") => With(AdminKey, module);

    public HttpClient As(string role, string module = "alpha") => With(App.Services.GetRequiredService<KeyStore>().Create("test-" + role, role, null).Secret, module);

    public HttpClient With(string key, string module = "alpha")
    {
        var client = Anonymous(module);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (OwnsData) Directory.Delete(Data, recursive: true);
    }
}

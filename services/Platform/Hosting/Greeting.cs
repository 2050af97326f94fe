using System.Text.Json;
using Platform.CommandLine.Client;
using Platform.CommandLine.Rendering;

namespace Platform.CommandLine.Hosting;

/// <summary>Where everything is, once a platform is ready.</summary>
internal sealed record Greeting
{
    /// <summary>The addresses.</summary>
    public required PlatformAddresses Addresses { get; init; }
    /// <summary>Opens the dashboard once, without typing a key.</summary>
    public required Uri Dashboard { get; init; }
    /// <summary>The data folder.</summary>
    public required string DataFolder { get; init; }

    public static async Task<Greeting> OfAsync(PlatformClient client, CancellationToken ct)
    {
        var code = await client.PostAsync<JsonElement>("healthmonitor", ServiceRoutes.LoginCodes, null, ct);
        return new Greeting { Addresses = client.Addresses, Dashboard = new Uri(code.GetProperty("url").GetString()!), DataFolder = client.DataFolder };
    }

    public void Tell(Output output, bool json)
    {
        if (json)
        {
            output.Json(this);
            return;
        }

        output.Standard.WriteLine($"applications  {Addresses.Traffic}");
        foreach (var (name, address) in Addresses.Services) output.Standard.WriteLine($"{name,-13} {address}");
        output.Standard.WriteLine($"dashboard     {Dashboard}  (this link logs in once)");
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.Hosting.Json;

namespace Platform.CommandLine.Client;

/// <summary>JSON as the services write it; a client tolerates members that it does not know, so that it can be older than they are.</summary>
internal static class ClientJson
{
    public static JsonSerializerOptions Options { get; } = Create(indented: false);

    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions();
        PlatformJson.Apply(options);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        options.PropertyNameCaseInsensitive = true;
        options.WriteIndented = indented;
        return options;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Workloads.Runtimes.Kubernetes.Api;

/// <summary>The API server has answered, and says no, in a <c>Status</c> object.</summary>
/// <param name="code">Its HTTP status.</param>
/// <param name="reason">Its reason for programs: <c>NotFound</c>, <c>AlreadyExists</c>, <c>Conflict</c>, <c>Invalid</c>, <c>Forbidden</c>, <c>Expired</c>, …</param>
/// <param name="message">Its words for people.</param>
internal sealed class ApiRefusedException(int code, string reason, string message) : Exception(message)
{
    public int Code => code;

    public string Reason => reason;

    public bool IsAlreadyExists => reason == "AlreadyExists";

    /// <summary>The resource version asked about is older than what the server remembers: list again.</summary>
    public bool IsExpired => code == 410;

    /// <summary>The object has changed since it was read.</summary>
    public bool IsConflict => code == 409 && reason == "Conflict";

    /// <summary>Who asked may not.</summary>
    public bool IsDenied => code is 401 or 403;

    /// <summary>The server could not, this time.</summary>
    public bool IsTransient => code is 429 or >= 500 || IsConflict;

    /// <summary>From an answer's body.</summary>
    public static ApiRefusedException Of(int code, string body)
    {
        JsonNode? status = null;
        try
        {
            status = JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            // Something in between has answered, not the API server: its words as they are.
        }

        return status.Text("kind") == "Status"
            ? Of(status!)
            : new ApiRefusedException(code, "", body.Length is > 0 and < 500 ? $"{code}: {body.Trim()}" : $"{code}");
    }

    /// <summary>From a <c>Status</c> object.</summary>
    public static ApiRefusedException Of(JsonNode status) =>
        new((int)(status.Number("code") ?? 500), status.Text("reason") ?? "", status.Text("message") ?? "it gives no reason");
}

using System.Text.Json.Nodes;

namespace Platform.Testing.Kubernetes;

/// <summary>A refusal, as the API gives it: a <c>Status</c> object.</summary>
internal sealed class ApiError(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code => code;

    public JsonObject Status => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = Message,
        ["reason"] = reason,
        ["details"] = details?.DeepClone(),
        ["code"] = code,
    };

    public static ApiError NotFound(Kind kind, string name) => new(404, "NotFound", $"{kind.Qualified} \"{name}\" not found", Details(kind, name));

    public static ApiError AlreadyExists(Kind kind, string name) => new(409, "AlreadyExists", $"{kind.Qualified} \"{name}\" already exists", Details(kind, name));

    public static ApiError Conflict(Kind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.Qualified} \"{name}\": {why}", Details(kind, name));

    public static ApiError BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiError Invalid(Kind kind, string name, IReadOnlyList<Cause> causes)
    {
        var details = Details(kind, name);
        details["causes"] = new JsonArray([.. causes.Select(c => new JsonObject { ["reason"] = c.Reason, ["message"] = c.Message, ["field"] = c.Field })]);
        var listed = string.Join(", ", causes.Select(c => $"{c.Field}: {c.Message}"));
        return new ApiError(422, "Invalid", $"{kind.Name}{(kind.Group.Length == 0 ? "" : "." + kind.Group)} \"{name}\" is invalid: {(causes.Count == 1 ? listed : $"[{listed}]")}", details);
    }

    private static JsonObject Details(Kind kind, string name) => new() { ["name"] = name, ["group"] = kind.Group, ["kind"] = kind.Plural };
}

using Platform.HealthMonitor.Api;
using Platform.Hosting;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>Lists everything that is wrong with a webhook.</summary>
internal static class WebhookValidation
{
    private const int MostFilters = 100;

    public static IReadOnlyList<FieldProblem> Validate(WebhookRequest request)
    {
        List<FieldProblem> problems = [];
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > 100) problems.Add(new("name", "1 to 100 characters", $"{request.Name.Length} characters"));
        if (WrongUrl(request.Url) is { } found) problems.Add(new("url", "an http or https URL without user and password, up to 2000 characters", found));
        if (request.Secret is { Length: < 16 or > 200 }) problems.Add(new("secret", "16 to 200 characters", $"{request.Secret.Length} characters"));
        Check(problems, "types", request.Types);
        Check(problems, "applications", request.Applications);
        return problems;
    }

    private static string? WrongUrl(string url)
    {
        if (url.Length > 2_000) return $"{url.Length} characters";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)) return "something else";
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) return $"the scheme {uri.Scheme}";
        return uri.UserInfo.Length > 0 ? "a user in it" : null;
    }

    private static void Check(List<FieldProblem> problems, string path, IReadOnlyList<string> names)
    {
        if (names.Count > MostFilters) problems.Add(new(path, $"up to {MostFilters} names", $"{names.Count}"));
        for (var i = 0; i < Math.Min(names.Count, MostFilters); i++)
        {
            if (string.IsNullOrWhiteSpace(names[i]) || names[i].Length > 100) problems.Add(new($"{path}[{i}]", "a name of 1 to 100 characters", "none, or a longer one"));
        }
    }
}

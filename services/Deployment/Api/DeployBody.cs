using System.Text;
using System.Text.Json;
using Platform.Contracts.Http;
using Platform.Hosting;
using Platform.Workloads.Manifests;

namespace Platform.Deployment.Api;

/// <summary>What a deploy request carries: the manifest, alone as YAML or in a JSON body with a reason.</summary>
internal static class DeployBody
{
    private static readonly string[] Yaml = ["application/yaml", "application/x-yaml", "text/yaml"];

    /// <summary>Reads it.</summary>
    public static async Task<DeployRequest> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var type = request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
        if (Yaml.Contains(type))
        {
            using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
            try
            {
                return new DeployRequest { Manifest = await reader.ReadToEndAsync(ct), Reason = request.Query["reason"] };
            }
            catch (DecoderFallbackException)
            {
                throw new ProblemException(Problem.Report(StatusCodes.Status400BadRequest, "invalid-manifest", "The manifest cannot be used", "The body is not UTF-8 text."));
            }
        }

        if (!request.HasJsonContentType())
        {
            throw new ProblemException(Problem.Report(
                StatusCodes.Status415UnsupportedMediaType, "media-type-not-supported", "The media type is not supported", "Send the manifest as application/yaml, or a JSON body with the member 'manifest'."));
        }

        try
        {
            return await request.ReadFromJsonAsync<DeployRequest>(ct)
                ?? throw new ProblemException(Problem.Report(StatusCodes.Status400BadRequest, "invalid-body", "The body is not what this endpoint takes", "The body is null; the member 'manifest' is required."));
        }
        catch (JsonException error)
        {
            throw new BadHttpRequestException("The body cannot be read as JSON.", StatusCodes.Status400BadRequest, error);
        }
    }

    /// <summary>The problems of a manifest, as an answer.</summary>
    public static ProblemResult Invalid(ManifestResult result) => Problem.BadRequest(
        "invalid-manifest",
        "The manifest cannot be used",
        result.Problems.Select(p => new FieldProblem(p.Path, p.Expected, p.Found, p.Message, p.Line)));
}

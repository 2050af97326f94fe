using System.Net;
using Microsoft.AspNetCore.Http;

namespace Platform.Hosting;

/// <summary>
/// Limits how often a remote address may show a wrong secret (<c>Auth:MaxFailures</c> in <c>Auth:FailureWindow</c>). Keys and log-ins count
/// by themselves; an endpoint that checks a secret of its own, such as a sidecar's token, asks here.
/// </summary>
public interface IGuessLimit
{
    /// <summary>The answer for an address that has guessed too often: to right and wrong secrets alike, unless this one worked from there before. Null: it may try.</summary>
    /// <param name="context">The request.</param>
    /// <param name="secretId">Which secret it is, if it is right: a name, not the secret. Null: it is wrong.</param>
    IResult? Refusal(HttpContext context, string? secretId);

    /// <summary>It was wrong.</summary>
    void Failed(IPAddress? address);

    /// <summary>It was right.</summary>
    void Succeeded(IPAddress? address, string secretId);
}

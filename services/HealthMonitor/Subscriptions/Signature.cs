using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.HealthMonitor.Subscriptions;

/// <summary>
/// Signs a delivery as the Standard Webhooks specification does, so that receivers can use its libraries:
/// HMAC-SHA256 over <c>id.timestamp.body</c>, base64, prefixed <c>v1,</c>; the timestamp lets them refuse old ones.
/// </summary>
internal static class Signature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";
    public const string SecretPrefix = "whsec_";

    /// <param name="secret"><c>whsec_</c> and the key as base64, or any text (its UTF-8 bytes are then the key).</param>
    /// <param name="id">The delivery's id: the same for every attempt.</param>
    /// <param name="at">The time of the attempt.</param>
    /// <param name="body">The body, byte for byte.</param>
    public static string Compute(string secret, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var prefix = Encoding.UTF8.GetBytes($"{id}.{Timestamp(at)}.");
        var signed = new byte[prefix.Length + body.Length];
        prefix.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(prefix.Length));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Key(secret), signed));
    }

    public static string Timestamp(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static byte[] Key(string secret)
    {
        if (secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            var buffer = new byte[secret.Length];
            if (Convert.TryFromBase64String(secret[SecretPrefix.Length..], buffer, out var length)) return buffer[..length];
        }

        return Encoding.UTF8.GetBytes(secret);
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Hosting.Security;

/// <summary>Random secrets and their hashes. 256 random bits need no slow hash: there is nothing to guess.</summary>
internal static class SecretText
{
    public const string KeyPrefix = "plk_";

    public static string NewKey() => KeyPrefix + New();

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static string HashText(string secret) => Convert.ToHexStringLower(Hash(secret));
}

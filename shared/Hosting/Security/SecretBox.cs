using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Platform.Effects;
using Platform.Hosting.Listening;

namespace Platform.Hosting.Security;

/// <summary>
/// Seals secrets that must be used again (a webhook's, not a key's, of which a hash is enough), so that a copy of a database gives none
/// away. AES-256-GCM; the key lies in <c>sealing.key</c> of the data folder (mode 0600), apart from the databases, or comes from
/// <c>Sealing:Key</c> where services do not share a folder.
/// <code>box1.KEY.BASE64URL(nonce ‖ tag ‖ ciphertext)      KEY: the first 4 bytes of the key's SHA-256, to tell keys apart</code>
/// </summary>
public sealed class SecretBox : IDisposable
{
    private const string Version = "box1";
    private const int NonceLength = 12, TagLength = 16;
    private readonly AesGcm _cipher;
    private readonly string _prefix;

    internal SecretBox(IOptions<NetworkOptions> network, IOptions<SealingOptions> options, IEffects effects, TimeProvider clock)
        : this(options.Value.Read() ?? FromFolder(network.Value.Data, effects, clock))
    {
    }

    /// <summary>A box with a key of its own, for data keys that are themselves sealed.</summary>
    /// <param name="key">32 random bytes.</param>
    public SecretBox(byte[] key)
    {
        _cipher = new AesGcm(key, TagLength);
        _prefix = $"{Version}.{Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 4))}.";
    }

    /// <summary>Seals a secret. Twice the same gives two texts.</summary>
    /// <param name="secret">What nobody may read.</param>
    /// <param name="purpose">What it is for and whose it is: <c>webhook:ID</c>. It opens for nothing else, so that rows cannot be swapped.</param>
    public string Seal(string secret, string purpose)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[NonceLength + TagLength + plain.Length];
        var nonce = box.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(nonce, plain, box.AsSpan(NonceLength + TagLength), box.AsSpan(NonceLength, TagLength), Encoding.UTF8.GetBytes(purpose));
        return _prefix + Base64Url.EncodeToString(box);
    }

    /// <summary>Opens what was sealed.</summary>
    /// <returns>The secret; null: sealed with another key or for another purpose, altered, or never sealed.</returns>
    public string? Open(string sealedSecret, string purpose)
    {
        if (!sealedSecret.StartsWith(_prefix, StringComparison.Ordinal) || !Base64Url.IsValid(sealedSecret.AsSpan(_prefix.Length), out var length) || length < NonceLength + TagLength) return null;
        var box = Base64Url.DecodeFromChars(sealedSecret.AsSpan(_prefix.Length));
        var plain = new byte[box.Length - NonceLength - TagLength];
        try
        {
            _cipher.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength + TagLength), box.AsSpan(NonceLength, TagLength), plain, Encoding.UTF8.GetBytes(purpose));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    /// <summary>Services starting together on one folder take turns, so that all have the same key.</summary>
    private static byte[] FromFolder(string folder, IEffects effects, TimeProvider clock)
    {
        var path = Path.Combine(folder, "sealing.key");
        using var turn = FileTurn.Take(Path.Combine(folder, ".sealing.lock"), clock);
        if (File.Exists(path))
        {
            return SealingOptions.Parse(File.ReadAllText(path).Trim())
                ?? throw new ConfigurationException([new ConfigurationProblem(path, $"{SealingOptions.KeyLength} bytes in base64", "something else; restore it from a backup, or delete it and set the webhooks' secrets again")]);
        }

        var key = RandomNumberGenerator.GetBytes(SealingOptions.KeyLength);
        DurableFile.Write(effects, path, Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
        return key;
    }
}

/// <summary>How secrets at rest are sealed. Section <c>Sealing</c>.</summary>
internal sealed class SealingOptions : IValidatable
{
    public const int KeyLength = 32;

    /// <summary>The key, 32 bytes in base64 (<c>openssl rand -base64 32</c>). Default: made at the first start and kept in the data folder.</summary>
    public string? Key { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (Key is not null && Parse(Key) is null) yield return new ConfigurationProblem(nameof(Key), $"{KeyLength} bytes in base64", "something else");
    }

    internal byte[]? Read() => Key is null ? null : Parse(Key);

    internal static byte[]? Parse(string text)
    {
        var bytes = new byte[KeyLength];
        return Convert.TryFromBase64String(text, bytes, out var length) && length == KeyLength ? bytes : null;
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Sealing;

/// <summary>AES key wrap (RFC 3394 §2.2) and its names in CMS (RFC 3565 §2.3.2).</summary>
internal static class KeyWrap
{
    /// <summary>Length of the key that every message written here is wrapped with.</summary>
    public const int Aes256Bytes = 32;

    /// <summary>AlgorithmIdentifier of AES-256 key wrap: parameters absent.</summary>
    public static byte[] Aes256Algorithm { get; } = Algorithm();

    public static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, byte[] key)
    {
        var engine = new AesWrapEngine();
        engine.Init(forWrapping: true, new KeyParameter(wrappingKey));
        return engine.Wrap(key, 0, key.Length);
    }

    /// <exception cref="CryptographicException">The integrity check failed: another key, or altered bytes.</exception>
    public static byte[] Unwrap(ReadOnlySpan<byte> wrappingKey, byte[] wrapped)
    {
        var engine = new AesWrapEngine();
        engine.Init(forWrapping: false, new KeyParameter(wrappingKey));
        try
        {
            return engine.Unwrap(wrapped, 0, wrapped.Length);
        }
        catch (InvalidCipherTextException exception)
        {
            throw new CryptographicException("The wrapped key does not fit this recipient key.", exception);
        }
    }

    /// <summary>Length of the wrapping key that an AlgorithmIdentifier asks for.</summary>
    /// <exception cref="CryptographicException">Another wrap, or unreadable.</exception>
    public static int KeyBytes(byte[] algorithm)
    {
        try
        {
            var wrap = KeyEncryption.ReadAlgorithm(new AsnReader(algorithm, AsnEncodingRules.BER)).Oid;
            return wrap switch
            {
                CmsOids.Aes128Wrap => 16,
                CmsOids.Aes192Wrap => 24,
                CmsOids.Aes256Wrap => 32,
                _ => throw new CryptographicException($"Key wrap {CmsNames.Of(wrap)} is not opened here."),
            };
        }
        catch (AsnContentException exception)
        {
            throw new CryptographicException("The key wrap algorithm cannot be read.", exception);
        }
    }

    private static byte[] Algorithm()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(CmsOids.Aes256Wrap);
        return writer.Encode();
    }
}

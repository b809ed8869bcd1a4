using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Sealing;

/// <summary>What ephemeral-static ECDH in CMS shares between maker and opener (RFC 5753 §3.1).</summary>
internal static class KeyAgreement
{
    /// <summary>The ANSI X9.63 KDF over ECC-CMS-SharedInfo (RFC 5753 §7.2, SEC 1 §3.6.1).</summary>
    /// <param name="wrapAlgorithm">AlgorithmIdentifier of the key wrap, as it stands in keyEncryptionAlgorithm.</param>
    /// <param name="userKeyingMaterial">The message's ukm, if it has one.</param>
    /// <param name="keyBytes">16, 24 or 32.</param>
    public static byte[] DeriveWrappingKey(
        ECDiffieHellman own,
        ECDiffieHellmanPublicKey other,
        HashAlgorithmName hash,
        ReadOnlySpan<byte> wrapAlgorithm,
        ReadOnlySpan<byte> userKeyingMaterial,
        int keyBytes)
    {
        var sharedInfo = SharedInfo(wrapAlgorithm, userKeyingMaterial, keyBytes);
        var block = new byte[4 + sharedInfo.Length];
        sharedInfo.CopyTo(block, 4);

        var key = new byte[keyBytes];
        var filled = 0;
        for (var counter = 1u; filled < keyBytes; counter++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(block, counter);
            var output = own.DeriveKeyFromHash(other, hash, secretPrepend: null, secretAppend: block);
            var take = Math.Min(output.Length, keyBytes - filled);
            output.AsSpan(0, take).CopyTo(key.AsSpan(filled));
            filled += take;
            CryptographicOperations.ZeroMemory(output);
        }
        return key;
    }

    /// <summary>AES key wrap (RFC 3394 §2.2.1).</summary>
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

    private static byte[] SharedInfo(ReadOnlySpan<byte> wrapAlgorithm, ReadOnlySpan<byte> userKeyingMaterial, int keyBytes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(wrapAlgorithm);
            if (!userKeyingMaterial.IsEmpty)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    writer.WriteOctetString(userKeyingMaterial);
            }
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
            {
                Span<byte> bits = stackalloc byte[4];
                BinaryPrimitives.WriteInt32BigEndian(bits, keyBytes * 8);
                writer.WriteOctetString(bits);
            }
        }
        return writer.Encode();
    }
}

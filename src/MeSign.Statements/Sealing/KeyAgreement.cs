using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Sealing;

/// <summary>What ephemeral-static ECDH in CMS shares between maker and opener (RFC 5753 §3.1, RFC 8418 §2).</summary>
internal static class KeyAgreement
{
    /// <summary>The ANSI X9.63 KDF (SEC 1 §3.6.1) over a secret that never leaves the key's own library.</summary>
    /// <param name="keyBytes">16, 24 or 32.</param>
    public static byte[] X963(ECDiffieHellman own, ECDiffieHellmanPublicKey other, HashAlgorithmName hash, ReadOnlySpan<byte> sharedInfo, int keyBytes) =>
        X963(block => own.DeriveKeyFromHash(other, hash, secretPrepend: null, secretAppend: block), sharedInfo, keyBytes);

    /// <summary>The same over a secret at hand.</summary>
    public static byte[] X963(byte[] secret, HashAlgorithmName hash, ReadOnlySpan<byte> sharedInfo, int keyBytes) =>
        X963(block => CryptographicOperations.HashData(hash, [.. secret, .. block]), sharedInfo, keyBytes);

    /// <summary>RFC 7748 §6.1.</summary>
    /// <exception cref="CryptographicException">The other key is a point of small order: the secret is no secret.</exception>
    public static byte[] X25519(X25519PrivateKeyParameters own, X25519PublicKeyParameters other)
    {
        var agreement = new X25519Agreement();
        agreement.Init(own);
        var secret = new byte[agreement.AgreementSize];
        try
        {
            agreement.CalculateAgreement(other, secret);
            return secret;
        }
        catch (InvalidOperationException exception)
        {
            throw new CryptographicException("The X25519 public key has a small order: what is agreed on with it is known to everybody.", exception);
        }
    }

    /// <summary>ECC-CMS-SharedInfo (RFC 5753 §7.2).</summary>
    /// <param name="wrapAlgorithm">AlgorithmIdentifier of the key wrap, as it stands in keyEncryptionAlgorithm.</param>
    /// <param name="userKeyingMaterial">The message's ukm, if it has one.</param>
    public static byte[] SharedInfo(ReadOnlySpan<byte> wrapAlgorithm, ReadOnlySpan<byte> userKeyingMaterial, int keyBytes)
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

    private static byte[] X963(Func<byte[], byte[]> hashAfterSecret, ReadOnlySpan<byte> sharedInfo, int keyBytes)
    {
        var block = new byte[4 + sharedInfo.Length];
        sharedInfo.CopyTo(block.AsSpan(4));

        var key = new byte[keyBytes];
        var filled = 0;
        for (var counter = 1u; filled < keyBytes; counter++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(block, counter);
            var output = hashAfterSecret(block);
            var take = Math.Min(output.Length, keyBytes - filled);
            output.AsSpan(0, take).CopyTo(key.AsSpan(filled));
            filled += take;
            CryptographicOperations.ZeroMemory(output);
        }
        return key;
    }
}

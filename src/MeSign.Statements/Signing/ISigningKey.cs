using System.Security.Cryptography;

namespace MeSign.Statements.Signing;

/// <summary>
/// A private key that signs digests, near or far: a PKCS#12 file here, an HSM or a key vault elsewhere. Safe for many
/// signatures at once.
/// </summary>
public interface ISigningKey
{
    /// <summary>Signs a digest of <paramref name="hash"/>'s length with this key's one signature scheme.</summary>
    /// <returns>The signature as CMS carries it: PKCS#1 for RSA, DER <c>Ecdsa-Sig-Value</c> (RFC 3279 §2.2.3) for ECDSA.</returns>
    Task<byte[]> SignDigestAsync(ReadOnlyMemory<byte> digest, HashAlgorithmName hash, CancellationToken cancellationToken);

    /// <summary>The scheme of every signature that this key makes.</summary>
    SignatureScheme Scheme { get; }

    /// <summary>Longest signature in bytes: what a PDF placeholder must reserve.</summary>
    int MaxSignatureBytes { get; }
}

public enum SignatureScheme
{
    /// <summary>RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).</summary>
    RsaPkcs1,

    /// <summary>RSASSA-PSS, MGF1 with the same hash, salt as long as the hash (RFC 4056).</summary>
    RsaPss,

    /// <summary>ECDSA (RFC 5753 §2.1).</summary>
    Ecdsa,
}

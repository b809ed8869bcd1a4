using System.Security.Cryptography;

namespace MeSign.Statements.Trust;

/// <summary>The digests that signatures may use, and their names in CMS (RFC 5754 §2).</summary>
internal static class HashAlgorithms
{
    public static string Oid(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA256" => Oids.Sha256,
        "SHA384" => Oids.Sha384,
        "SHA512" => Oids.Sha512,
        _ => throw new ArgumentException($"{hash.Name} is not for signatures: use SHA256, SHA384 or SHA512.", nameof(hash)),
    };

    /// <summary>Length of the digest in bytes.</summary>
    public static int Length(HashAlgorithmName hash) => hash.Name switch
    {
        "SHA256" or "SHA3-256" => SHA256.HashSizeInBytes,
        "SHA384" or "SHA3-384" => SHA384.HashSizeInBytes,
        "SHA512" or "SHA3-512" => SHA512.HashSizeInBytes,
        _ => throw new ArgumentException($"{hash.Name} is not for signatures: use SHA256, SHA384 or SHA512.", nameof(hash)),
    };

    /// <summary>The digest of an OID; null for one that is unknown or too weak for signatures (MD5, SHA-1, SHA-224).</summary>
    public static HashAlgorithmName? Find(string oid) => oid switch
    {
        Oids.Sha256 => HashAlgorithmName.SHA256,
        Oids.Sha384 => HashAlgorithmName.SHA384,
        Oids.Sha512 => HashAlgorithmName.SHA512,
        // SHA-3 is there where the system's library has it: OpenSSL 1.1.1, Windows 11.
        Oids.Sha3_256 when SHA3_256.IsSupported => HashAlgorithmName.SHA3_256,
        Oids.Sha3_384 when SHA3_384.IsSupported => HashAlgorithmName.SHA3_384,
        Oids.Sha3_512 when SHA3_512.IsSupported => HashAlgorithmName.SHA3_512,
        _ => null,
    };

    /// <summary>A name that a reader knows, for messages.</summary>
    public static string Name(string oid) => oid switch
    {
        Oids.Md5 or Oids.Md5WithRsa => "MD5",
        Oids.Sha1 or Oids.Sha1WithRsa or Oids.EcdsaWithSha1 => "SHA-1",
        Oids.Sha224 => "SHA-224",
        Oids.Sha256 => "SHA-256",
        Oids.Sha384 => "SHA-384",
        Oids.Sha512 => "SHA-512",
        Oids.Sha3_256 => "SHA3-256",
        Oids.Sha3_384 => "SHA3-384",
        Oids.Sha3_512 => "SHA3-512",
        _ => oid,
    };

    public static bool IsWeak(string oid) =>
        oid is Oids.Md5 or Oids.Sha1 or Oids.Sha224 or Oids.Md5WithRsa or Oids.Sha1WithRsa or Oids.EcdsaWithSha1;
}

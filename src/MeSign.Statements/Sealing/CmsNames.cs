namespace MeSign.Statements.Sealing;

/// <summary>What people call the algorithms of a message.</summary>
internal static class CmsNames
{
    public static string Of(string oid) => oid switch
    {
        CmsOids.Aes128Cbc => "AES-128-CBC",
        CmsOids.Aes192Cbc => "AES-192-CBC",
        CmsOids.Aes256Cbc => "AES-256-CBC",
        CmsOids.Aes128Gcm => "AES-128-GCM",
        CmsOids.Aes192Gcm => "AES-192-GCM",
        CmsOids.Aes256Gcm => "AES-256-GCM",
        CmsOids.TripleDesCbc => "3DES-CBC",
        CmsOids.Rc2Cbc => "RC2-CBC",
        CmsOids.RsaEncryption => "RSA PKCS#1 v1.5",
        CmsOids.RsaOaep => "RSA-OAEP",
        CmsOids.StdDhSha1Kdf => "ECDH, SHA-1 KDF",
        CmsOids.StdDhSha256Kdf => "ECDH, SHA-256 KDF",
        CmsOids.StdDhSha384Kdf => "ECDH, SHA-384 KDF",
        CmsOids.StdDhSha512Kdf => "ECDH, SHA-512 KDF",
        CmsOids.StdDhHkdfSha256 => "X25519, SHA-256 HKDF",
        CmsOids.StdDhHkdfSha384 => "X25519, SHA-384 HKDF",
        CmsOids.StdDhHkdfSha512 => "X25519, SHA-512 HKDF",
        CmsOids.MlKem512 => "ML-KEM-512",
        CmsOids.MlKem768 => "ML-KEM-768",
        CmsOids.MlKem1024 => "ML-KEM-1024",
        _ => oid,
    };
}

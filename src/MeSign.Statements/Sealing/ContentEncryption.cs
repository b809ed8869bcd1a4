namespace MeSign.Statements.Sealing;

/// <summary>How a message's content is encrypted; nothing weaker is ever made.</summary>
public enum ContentEncryption
{
    /// <summary>EnvelopedData with AES-256-CBC (RFC 8551 §2.7): every S/MIME client in the field opens it.</summary>
    Aes256Cbc,

    /// <summary>AuthEnvelopedData with AES-256-GCM (RFC 5083, RFC 5084): altered ciphertext never decrypts.</summary>
    Aes256Gcm,
}

/// <summary>How the content-encryption key reaches an RSA recipient.</summary>
public enum RsaKeyTransport
{
    /// <summary>RSAES-PKCS1-v1_5 (RFC 8017 §7.2): every S/MIME client in the field opens it.</summary>
    Pkcs1,

    /// <summary>RSAES-OAEP with SHA-256 and MGF1 with SHA-256 (RFC 3560).</summary>
    OaepSha256,
}

/// <summary>How a signature and what it signs lie together.</summary>
public enum SignatureForm
{
    /// <summary>The content inside the signature (RFC 8551 §3.5.2): nothing on the way can reformat it.</summary>
    Opaque,

    /// <summary><c>multipart/signed</c> (RFC 8551 §3.5.3): the content readable beside its signature.</summary>
    Clear,
}

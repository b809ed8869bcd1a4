using System.Security.Cryptography;

namespace MeSign.Statements.Signing;

/// <summary>How an identity signs.</summary>
public sealed record SigningIdentityOptions
{
    /// <summary>SHA-256 (default), SHA-384 or SHA-512.</summary>
    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>For an RSA key: PKCS#1 v1.5 (default, understood everywhere) or PSS.</summary>
    public SignatureScheme Scheme { get; init; } = SignatureScheme.RsaPkcs1;

    /// <summary>How long before its expiry a certificate is warned about at load. Default 30 days.</summary>
    public TimeSpan WarnBeforeExpiry { get; init; } = TimeSpan.FromDays(30);
}

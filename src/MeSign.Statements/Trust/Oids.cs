namespace MeSign.Statements.Trust;

/// <summary>Object identifiers of the standards that signing and its checks follow.</summary>
internal static class Oids
{
    // RFC 5652 and RFC 2985.
    public const string Data = "1.2.840.113549.1.7.1";
    public const string SignedData = "1.2.840.113549.1.7.2";
    public const string ContentType = "1.2.840.113549.1.9.3";
    public const string MessageDigest = "1.2.840.113549.1.9.4";
    public const string SigningTime = "1.2.840.113549.1.9.5";

    // RFC 8551 §2.5.2, RFC 5035, RFC 2634, RFC 3161.
    public const string SmimeCapabilities = "1.2.840.113549.1.9.15";
    public const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    public const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    public const string SignatureTimestamp = "1.2.840.113549.1.9.16.2.14";
    public const string TimestampInfo = "1.2.840.113549.1.9.16.1.4";

    public const string Md5 = "1.2.840.113549.2.5";
    public const string Sha1 = "1.3.14.3.2.26";
    public const string Sha224 = "2.16.840.1.101.3.4.2.4";
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";
    public const string Sha384 = "2.16.840.1.101.3.4.2.2";
    public const string Sha512 = "2.16.840.1.101.3.4.2.3";

    // ISO 32001 and NIST CSOR: SHA-3.
    public const string Sha3_256 = "2.16.840.1.101.3.4.2.8";
    public const string Sha3_384 = "2.16.840.1.101.3.4.2.9";
    public const string Sha3_512 = "2.16.840.1.101.3.4.2.10";
    public const string EcdsaWithSha3_256 = "2.16.840.1.101.3.4.3.10";
    public const string EcdsaWithSha3_384 = "2.16.840.1.101.3.4.3.11";
    public const string EcdsaWithSha3_512 = "2.16.840.1.101.3.4.3.12";
    public const string Sha3_256WithRsa = "2.16.840.1.101.3.4.3.14";
    public const string Sha3_384WithRsa = "2.16.840.1.101.3.4.3.15";
    public const string Sha3_512WithRsa = "2.16.840.1.101.3.4.3.16";

    // RFC 8017 appendix C.
    public const string Rsa = "1.2.840.113549.1.1.1";
    public const string Mgf1 = "1.2.840.113549.1.1.8";
    public const string RsaPss = "1.2.840.113549.1.1.10";
    public const string Md5WithRsa = "1.2.840.113549.1.1.4";
    public const string Sha1WithRsa = "1.2.840.113549.1.1.5";
    public const string Sha256WithRsa = "1.2.840.113549.1.1.11";
    public const string Sha384WithRsa = "1.2.840.113549.1.1.12";
    public const string Sha512WithRsa = "1.2.840.113549.1.1.13";

    // RFC 5480, RFC 5758.
    public const string EcPublicKey = "1.2.840.10045.2.1";
    public const string EcdsaWithSha1 = "1.2.840.10045.4.1";
    public const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    public const string EcdsaWithSha384 = "1.2.840.10045.4.3.3";
    public const string EcdsaWithSha512 = "1.2.840.10045.4.3.4";

    /// <summary>RFC 8410; in CMS RFC 8419.</summary>
    public const string Ed25519 = "1.3.101.112";

    // RFC 8410, FIPS 203 with RFC 9935.
    public const string X25519 = "1.3.101.110";
    public const string MlKem768 = "2.16.840.1.101.3.4.4.2";
    public const string MlKem1024 = "2.16.840.1.101.3.4.4.3";

    // RFC 3565, RFC 5084.
    public const string Aes128Cbc = "2.16.840.1.101.3.4.1.2";
    public const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    public const string Aes256Gcm = "2.16.840.1.101.3.4.1.46";

    // RFC 5280 §4.2.1.
    public const string CertificatePolicies = "2.5.29.32";
    public const string AuthorityKeyIdentifier = "2.5.29.35";
    public const string CrlNumber = "2.5.29.20";
    public const string DeltaCrlIndicator = "2.5.29.27";
    public const string IssuingDistributionPoint = "2.5.29.28";
    public const string ReasonCode = "2.5.29.21";
    public const string CertificateIssuer = "2.5.29.29";
    public const string CrlDistributionPoints = "2.5.29.31";
    public const string ExpiredCertificatesOnCrl = "2.5.29.60";

    // RFC 6960 §4.2.2.2.
    public const string OcspSigning = "1.3.6.1.5.5.7.3.9";
    public const string OcspNoCheck = "1.3.6.1.5.5.7.48.1.5";

    public const string AnyExtendedKeyUsage = "2.5.29.37.0";
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    public const string EmailProtection = "1.3.6.1.5.5.7.3.4";
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    /// <summary>RFC 9336.</summary>
    public const string DocumentSigning = "1.3.6.1.5.5.7.3.36";
    public const string MicrosoftDocumentSigning = "1.3.6.1.4.1.311.10.3.12";
    public const string AdobeDocumentSigning = "1.2.840.113583.1.1.5";
}

namespace MeSign.Statements.Sealing;

internal static class CmsOids
{
    // RFC 5652 §4, §5.1, §6.1; RFC 5083 §2.1.
    public const string Data = "1.2.840.113549.1.7.1";
    public const string SignedData = "1.2.840.113549.1.7.2";
    public const string EnvelopedData = "1.2.840.113549.1.7.3";
    public const string AuthEnvelopedData = "1.2.840.113549.1.9.16.1.23";

    // RFC 3565 §4.1, RFC 5084 §3.2.
    public const string Aes128Cbc = "2.16.840.1.101.3.4.1.2";
    public const string Aes192Cbc = "2.16.840.1.101.3.4.1.22";
    public const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    public const string Aes128Gcm = "2.16.840.1.101.3.4.1.6";
    public const string Aes192Gcm = "2.16.840.1.101.3.4.1.26";
    public const string Aes256Gcm = "2.16.840.1.101.3.4.1.46";
    public const string TripleDesCbc = "1.2.840.113549.3.7";
    public const string Rc2Cbc = "1.2.840.113549.3.2";

    // RFC 8017 appendix C.
    public const string RsaEncryption = "1.2.840.113549.1.1.1";
    public const string RsaOaep = "1.2.840.113549.1.1.7";
    public const string Mgf1 = "1.2.840.113549.1.1.8";
    public const string PSpecified = "1.2.840.113549.1.1.9";

    public const string Sha1 = "1.3.14.3.2.26";
    public const string Sha256 = "2.16.840.1.101.3.4.2.1";
    public const string Sha384 = "2.16.840.1.101.3.4.2.2";
    public const string Sha512 = "2.16.840.1.101.3.4.2.3";

    // RFC 5753 §7.1.
    public const string EcPublicKey = "1.2.840.10045.2.1";
    public const string StdDhSha1Kdf = "1.3.133.16.840.63.0.2";
    public const string StdDhSha256Kdf = "1.3.132.1.11.1";
    public const string StdDhSha384Kdf = "1.3.132.1.11.2";
    public const string StdDhSha512Kdf = "1.3.132.1.11.3";

    // RFC 8410 §3, RFC 8418 §2.2.
    public const string X25519 = "1.3.101.110";
    public const string StdDhHkdfSha256 = "1.2.840.113549.1.9.16.3.19";
    public const string StdDhHkdfSha384 = "1.2.840.113549.1.9.16.3.20";
    public const string StdDhHkdfSha512 = "1.2.840.113549.1.9.16.3.21";

    // RFC 9629 §3, RFC 9936 §3, RFC 8619 §2.
    public const string KemRecipient = "1.2.840.113549.1.9.16.13.3";
    public const string MlKem512 = "2.16.840.1.101.3.4.4.1";
    public const string MlKem768 = "2.16.840.1.101.3.4.4.2";
    public const string MlKem1024 = "2.16.840.1.101.3.4.4.3";
    public const string HkdfSha256 = "1.2.840.113549.1.9.16.3.28";
    public const string HkdfSha384 = "1.2.840.113549.1.9.16.3.29";
    public const string HkdfSha512 = "1.2.840.113549.1.9.16.3.30";

    // RFC 3565 §4.2.
    public const string Aes128Wrap = "2.16.840.1.101.3.4.1.5";
    public const string Aes192Wrap = "2.16.840.1.101.3.4.1.25";
    public const string Aes256Wrap = "2.16.840.1.101.3.4.1.45";
}

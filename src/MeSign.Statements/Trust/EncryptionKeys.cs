using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace MeSign.Statements.Trust;

/// <summary>Which keys in certificates may be encrypted to: those that clients open and that are at least 112 bits strong.</summary>
internal static class EncryptionKeys
{
    private const int SmallestRsaBits = 2048;
    private const int LargestRsaBits = 16384;

    // RFC 5480 §2.1.1.1.
    private static readonly HashSet<string> Curves = new(StringComparer.Ordinal) { "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35" };

    /// <summary>A key of a kind and strength that is encrypted to, in a form that works: RSA, P-256, P-384, P-521, X25519, ML-KEM-768, ML-KEM-1024.</summary>
    public static bool IsUsable(X509Certificate2 certificate)
    {
        try
        {
            return certificate.PublicKey.Oid.Value switch
            {
                Oids.Rsa => IsUsableRsa(certificate),
                Oids.EcPublicKey => IsUsableCurve(certificate),
                Oids.X25519 => IsUsableX25519(certificate),
                Oids.MlKem768 => IsUsableMlKem(certificate, MLKemParameters.ml_kem_768),
                Oids.MlKem1024 => IsUsableMlKem(certificate, MLKemParameters.ml_kem_1024),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public static bool IsPostQuantum(X509Certificate2 certificate) => certificate.PublicKey.Oid.Value is Oids.MlKem768 or Oids.MlKem1024;

    /// <summary>
    /// The use that keyUsage names where it is there: without the extension every use is allowed (RFC 5280 §4.2.1.3).
    /// RFC 8550 §4.4.2 for RSA and EC, RFC 8410 §5 for X25519, RFC 9935 §5 for ML-KEM.
    /// </summary>
    public static X509KeyUsageFlags NeededUsage(X509Certificate2 certificate) =>
        certificate.PublicKey.Oid.Value is Oids.EcPublicKey or Oids.X25519 ? X509KeyUsageFlags.KeyAgreement : X509KeyUsageFlags.KeyEncipherment;

    public static bool AllowsUse(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { } usage
                || usage.KeyUsages.HasFlag(NeededUsage(certificate));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool IsUsableRsa(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is null || rsa.KeySize is < SmallestRsaBits or > LargestRsaBits)
            return false;

        // An exponent as long as the modulus makes every use of the key cost thousands of times the usual.
        var exponent = rsa.ExportParameters(includePrivateParameters: false).Exponent!.AsSpan().TrimStart((byte)0);
        return exponent.Length <= sizeof(ulong) && exponent is not [1] && (exponent[^1] & 1) == 1;
    }

    private static bool IsUsableCurve(X509Certificate2 certificate)
    {
        // RFC 5480 §2.1.1: a named curve, or something that no client reads.
        if (NamedCurve(certificate) is not { } curve || !Curves.Contains(curve))
            return false;

        // Refuses a point that is not on the curve.
        using var key = certificate.PublicKey.GetECDiffieHellmanPublicKey();
        return key is not null;
    }

    // RFC 7748 §6.1: with a point of small order both sides always agree on zero.
    private static bool IsUsableX25519(X509Certificate2 certificate)
    {
        var encoded = certificate.PublicKey.EncodedKeyValue.RawData;
        if (encoded.Length != X25519PublicKeyParameters.KeySize)
            return false;
        var agreement = new X25519Agreement();
        agreement.Init(new X25519PrivateKeyParameters(new SecureRandom()));
        try
        {
            agreement.CalculateAgreement(new X25519PublicKeyParameters(encoded), stackalloc byte[agreement.AgreementSize]);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // FIPS 203 §7.2: length and modulus check.
    private static bool IsUsableMlKem(X509Certificate2 certificate, MLKemParameters parameters)
    {
        try
        {
            return MLKemPublicKeyParameters.FromEncoding(parameters, certificate.PublicKey.EncodedKeyValue.RawData) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string? NamedCurve(X509Certificate2 certificate)
    {
        try
        {
            return AsnDecoder.ReadObjectIdentifier(certificate.PublicKey.EncodedParameters!.RawData, AsnEncodingRules.DER, out _);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Recipients;

/// <summary>Whether a certificate may be used to encrypt to an address now (RFC 8550, RFC 5280).</summary>
internal sealed class CertificateCheck(RecipientTrust trust, IOptions<RecipientOptions> options)
{
    private const int LargestRsaBits = 16384;

    // RFC 5480 §2.1.1.1: what clients can open, and at least 128 bits strong.
    private static readonly HashSet<string> Curves = new(StringComparer.Ordinal) { "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35" };

    /// <param name="intermediates">Certificates that came with it; they are not trusted for that.</param>
    /// <returns>The first check that it fails; null where it may be used.</returns>
    public CertificateProblem? Find(X509Certificate2 certificate, EmailAddress address, IEnumerable<X509Certificate2> intermediates, DateTimeOffset now)
    {
        if (!CertificateAddresses.Read(certificate).Any(name => CertificateAddresses.Match(name, address, options.Value.CaseSensitiveLocalPart)))
            return CertificateProblem.AddressMismatch;
        // The path check counts the last second as past; so does this, so that the reason is the right one.
        if (certificate.NotAfter.ToUniversalTime() <= now.UtcDateTime)
            return CertificateProblem.Expired;
        if (certificate.NotBefore.ToUniversalTime() > now.UtcDateTime)
            return CertificateProblem.NotYetValid;
        if (KeyProblem(certificate) is { } problem)
            return problem;

        // RFC 8550 §4.4.4: where the extension is there, emailProtection or anyExtendedKeyUsage is in it.
        return CertificateUsage.Allows(certificate, Oids.EmailProtection)
            ? PathProblem(certificate, intermediates, now)
            : CertificateProblem.ExtendedKeyUsage;
    }

    private static CertificateProblem? KeyProblem(X509Certificate2 certificate)
    {
        try
        {
            return certificate.PublicKey.Oid.Value switch
            {
                Oids.Rsa when !IsUsableRsa(certificate) => CertificateProblem.WeakKey,
                Oids.Rsa => Allows(certificate, X509KeyUsageFlags.KeyEncipherment),
                Oids.EcPublicKey when !IsUsableCurve(certificate) => CertificateProblem.WeakKey,
                Oids.EcPublicKey => Allows(certificate, X509KeyUsageFlags.KeyAgreement),
                _ => CertificateProblem.WeakKey,
            };
        }
        catch (CryptographicException)
        {
            return CertificateProblem.WeakKey;
        }
    }

    private static bool IsUsableRsa(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is null || rsa.KeySize is < 2048 or > LargestRsaBits)
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

    // RFC 8550 §4.4.2; without the extension every use is allowed (RFC 5280 §4.2.1.3).
    private static CertificateProblem? Allows(X509Certificate2 certificate, X509KeyUsageFlags needed) =>
        certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { } usage || usage.KeyUsages.HasFlag(needed)
            ? null
            : CertificateProblem.KeyUsage;

    private CertificateProblem? PathProblem(X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, DateTimeOffset now)
    {
        var result = CertificatePath.Check(certificate, intermediates, trust.Anchors, now, trust.Crls);
        return result.Problem switch
        {
            null => AuthoritiesAllowMail(result.Path) ? null : CertificateProblem.ExtendedKeyUsage,
            Trust.PathProblem.Revoked => CertificateProblem.Revoked,
            Trust.PathProblem.RevocationUnknown => CertificateProblem.RevocationUnknown,
            _ => CertificateProblem.Untrusted,
        };
    }

    // An extendedKeyUsage of an issuing CA limits what it may issue (RFC 5280 §4.2.1.12, CA/B S/MIME BR §7.1.2.2).
    private static bool AuthoritiesAllowMail(IReadOnlyList<X509Certificate2> path) =>
        path.Skip(1).SkipLast(1).All(authority => CertificateUsage.Allows(authority, Oids.EmailProtection));
}

using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Issuers;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Sealing;

/// <summary>A message's content encryption, and who asked for it.</summary>
public sealed record EncryptionChoice(ContentEncryption Algorithm, EncryptionReason Reason)
{
    // A client's list has a dozen entries; nobody's has thousands.
    private const int MaxCapabilities = 100;

    /// <summary>
    /// The issuer's own setting where it is GCM; else GCM for a domain that the issuer lists; else for a recipient each of
    /// whose certificates prefers it; else CBC, which every client opens.
    /// </summary>
    internal static EncryptionChoice Make(IssuerSealing sealing, string address, IEnumerable<X509Certificate2> certificates)
    {
        if (sealing.ContentEncryption == ContentEncryption.Aes256Gcm)
            return new(ContentEncryption.Aes256Gcm, EncryptionReason.Issuer);
        if (EmailAddress.TryParse(address, out var recipient, out _) && sealing.GcmDomains.Any(rule => rule.Matches(recipient.Domain)))
            return new(ContentEncryption.Aes256Gcm, EncryptionReason.Domain);
        return certificates.All(PrefersGcm)
            ? new(ContentEncryption.Aes256Gcm, EncryptionReason.Capabilities)
            : new(ContentEncryption.Aes256Cbc, EncryptionReason.Issuer);
    }

    /// <summary>
    /// RFC 4262 with RFC 8551 §2.5.2 and §2.7.1: the certificate lists what its owner's client opens, the preferred first;
    /// of the two that are made here, the first listed is taken.
    /// </summary>
    internal static bool PrefersGcm(X509Certificate2 certificate)
    {
        if (certificate.Extensions[Oids.SmimeCapabilities] is not { } extension)
            return false;
        try
        {
            var capabilities = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            for (var i = 0; i < MaxCapabilities && capabilities.HasData; i++)
            {
                var oid = capabilities.ReadSequence().ReadObjectIdentifier();
                if (oid is CmsOids.Aes256Gcm or CmsOids.Aes256Cbc)
                    return oid == CmsOids.Aes256Gcm;
            }
        }
        catch (AsnContentException)
        {
            // Not understood: what every client opens.
        }
        return false;
    }
}

/// <summary>Who asked for a message's content encryption.</summary>
public enum EncryptionReason
{
    /// <summary>The issuer's setting or its default.</summary>
    Issuer,

    /// <summary>The issuer's list of domains.</summary>
    Domain,

    /// <summary>The recipient's certificates (RFC 4262).</summary>
    Capabilities,
}

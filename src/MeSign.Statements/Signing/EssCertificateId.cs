using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>The signing-certificate attributes (RFC 2634 §5.4, RFC 5035 §3): which certificate the signer meant.</summary>
internal static class EssCertificateId
{
    /// <summary>
    /// True where an attribute names the certificate; false where there is none. One that names another certificate adds a
    /// problem.
    /// </summary>
    public static bool Names(SignerInfo signer, X509Certificate2 certificate, List<string> problems)
    {
        var found = false;
        foreach (var attribute in signer.SignedAttributes)
        {
            if (attribute.Oid is not (Oids.SigningCertificate or Oids.SigningCertificateV2))
                continue;

            found = true;
            if (!Matches(attribute, certificate))
            {
                problems.Add("The signing-certificate attribute names another certificate.");
                return false;
            }
        }

        return found;
    }

    private static bool Matches(CmsAttribute attribute, X509Certificate2 certificate)
    {
        if (attribute.Values is not [var value])
            return false;

        try
        {
            // The first identifier is the signer's; any others limit the path.
            var id = new AsnReader(value, AsnEncodingRules.BER).ReadSequence().ReadSequence().ReadSequence();
            if (attribute.Oid == Oids.SigningCertificate)
            {
                // Version 1 knows SHA-1 only. It picks one of the certificates that came along, whose path is checked apart.
                return id.ReadOctetString().AsSpan().SequenceEqual(certificate.GetCertHash(HashAlgorithmName.SHA1));
            }

            var hash = id.PeekTag() == Asn1Tag.Sequence ? HashAlgorithms.Find(AlgorithmIdentifier.Read(id).Oid) : HashAlgorithmName.SHA256;
            return hash is { } known && id.ReadOctetString().AsSpan().SequenceEqual(certificate.GetCertHash(known));
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}

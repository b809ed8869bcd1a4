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
            var oid = attribute.Oid == Oids.SigningCertificate ? Oids.Sha1
                : id.PeekTag() == Asn1Tag.Sequence ? AlgorithmIdentifier.Read(id).Oid
                : Oids.Sha256;
            // Version 1 knows SHA-1 only, some writers of version 2 too. It picks one of the certificates that came along, whose path is checked apart.
            var hash = oid == Oids.Sha1 ? HashAlgorithmName.SHA1 : HashAlgorithms.Find(oid);
            return hash is { } known && id.ReadOctetString().AsSpan().SequenceEqual(certificate.GetCertHash(known));
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}

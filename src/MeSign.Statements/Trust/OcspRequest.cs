using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>An OCSPRequest for one certificate (RFC 6960 §4.1.1), unsigned.</summary>
internal static class OcspRequest
{
    // Without a nonce: the answer is checked by its dates, shared by all documents, and responders may answer from a cache (RFC 5019 §2.1).
    public static byte[] Encode(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
            CertificateId.Write(writer, certificate, issuer);
        return writer.Encode();
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Timestamp responses by .NET's SignedCms, for the faults that a proper authority's library refuses to make.</summary>
internal static class HandMadeToken
{
    /// <summary>A granted TimeStampResp to a query, whatever the certificate.</summary>
    public static byte[] Respond(byte[] query, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> chain, DateTimeOffset? at = null, TimeSpan? accuracy = null)
    {
        Rfc3161TimestampRequest.TryDecode(query, out var request, out _).ShouldBeTrue();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(0);
            writer.WriteEncodedValue(Token(request!, certificate, chain, at ?? TimeProvider.System.GetUtcNow(), accuracy));
        }

        return writer.Encode();
    }

    private static byte[] Token(
        Rfc3161TimestampRequest request, X509Certificate2 certificate, IReadOnlyList<X509Certificate2> chain, DateTimeOffset at, TimeSpan? accuracy)
    {
        var info = new Rfc3161TimestampTokenInfo(
            new(TestTimestampServer.Policy), request.HashAlgorithmId, request.GetMessageHash(), new byte[] { 1 }, at, (long?)accuracy?.TotalMicroseconds, nonce: request.GetNonce());
        var cms = new SignedCms(new ContentInfo(new("1.2.840.113549.1.9.16.1.4"), info.Encode()));
        var signer = new CmsSigner(certificate) { IncludeOption = X509IncludeOption.EndCertOnly, DigestAlgorithm = new("2.16.840.1.101.3.4.2.1") };
        signer.Certificates.AddRange(chain.ToArray());
        signer.SignedAttributes.Add(new AsnEncodedData("1.2.840.113549.1.9.16.2.47", SigningCertificate(certificate)));
        cms.ComputeSignature(signer);
        return cms.Encode();
    }

    private static byte[] SigningCertificate(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
            writer.WriteOctetString(certificate.GetCertHash(HashAlgorithmName.SHA256));
        return writer.Encode();
    }
}

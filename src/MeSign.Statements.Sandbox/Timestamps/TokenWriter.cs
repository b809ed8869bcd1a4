using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sandbox.Timestamps;

/// <summary>
/// Writes a TimeStampToken: SignedData over a TSTInfo (RFC 3161 §2.4.2, RFC 5652 §5.1). By hand, since the library's way costs as much
/// again as the signature, and it is the client that is to be seen in measurements.
/// </summary>
internal sealed class TokenWriter
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4";
    private const string ContentType = "1.2.840.113549.1.9.3";
    private const string MessageDigest = "1.2.840.113549.1.9.4";
    private const string SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";

    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly X509Certificate2 _signer;
    private readonly X509Certificate2 _issuer;
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;
    private readonly byte[] _certificateHash;

    /// <param name="signer">With its private key, RSA or EC.</param>
    /// <param name="issuer">Sent beside the signer's certificate.</param>
    public TokenWriter(X509Certificate2 signer, X509Certificate2 issuer)
    {
        _signer = signer;
        _issuer = issuer;
        _rsa = signer.GetRSAPrivateKey();
        _ec = _rsa is null ? signer.GetECDsaPrivateKey() : null;
        _certificateHash = signer.GetCertHash(HashAlgorithmName.SHA256);
    }

    /// <param name="info">A TSTInfo, DER.</param>
    /// <param name="withCertificates">certReq of the request.</param>
    public byte[] Sign(byte[] info, bool withCertificates)
    {
        var attributes = Attributes(info);
        var digest = SHA256.HashData(attributes);
        var signature = _rsa?.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            ?? _ec!.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence);

        var writer = new AsnWriter(AsnEncodingRules.DER, 4096);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(SignedData);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence())
            {
                // Version 3: the content is not id-data.
                writer.WriteInteger(3);
                using (writer.PushSetOf())
                    WriteAlgorithm(writer, Sha256, withNull: false);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(TstInfo);
                    using (writer.PushSequence(Context0))
                        writer.WriteOctetString(info);
                }

                if (withCertificates)
                    WriteCertificates(writer);
                using (writer.PushSetOf())
                    WriteSigner(writer, attributes, signature);
            }
        }

        return writer.Encode();
    }

    private byte[] Attributes(byte[] info)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER, 256);
        using (writer.PushSetOf())
        {
            WriteAttribute(writer, ContentType, value => value.WriteObjectIdentifier(TstInfo));
            WriteAttribute(writer, MessageDigest, value => value.WriteOctetString(SHA256.HashData(info)));
            WriteAttribute(writer, SigningCertificateV2, WriteReference);
        }

        return writer.Encode();
    }

    /// <summary>SigningCertificateV2 with SHA-256, the default that DER leaves out (RFC 5035 §3).</summary>
    private void WriteReference(AsnWriter writer)
    {
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
            writer.WriteOctetString(_certificateHash);
    }

    private void WriteCertificates(AsnWriter writer)
    {
        using (writer.PushSetOf(Context0))
        {
            writer.WriteEncodedValue(_signer.RawDataMemory.Span);
            writer.WriteEncodedValue(_issuer.RawDataMemory.Span);
        }
    }

    private void WriteSigner(AsnWriter writer, byte[] attributes, byte[] signature)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(_signer.IssuerName.RawData);
                writer.WriteInteger(_signer.SerialNumberBytes.Span);
            }

            WriteAlgorithm(writer, Sha256, withNull: false);
            // [0] IMPLICIT here, a SET where it is hashed (RFC 5652 §5.4).
            attributes[0] = 0xA0;
            writer.WriteEncodedValue(attributes);
            if (_rsa is null)
                WriteAlgorithm(writer, EcdsaWithSha256, withNull: false);
            else
                WriteAlgorithm(writer, Rsa, withNull: true);
            writer.WriteOctetString(signature);
        }
    }

    private static void WriteAttribute(AsnWriter writer, string oid, Action<AsnWriter> value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSetOf())
                value(writer);
        }
    }

    private static void WriteAlgorithm(AsnWriter writer, string oid, bool withNull)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (withNull)
                writer.WriteNull();
        }
    }
}

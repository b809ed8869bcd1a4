using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sealing;

/// <summary>Key transport to RSA (RFC 5652 §6.2.1).</summary>
internal sealed class RsaRecipientKey : RecipientKey
{
    private readonly RSA _key;

    private RsaRecipientKey(X509Certificate2 certificate, RSA key)
        : base(certificate) => _key = key;

    public override byte EnvelopeVersion => 0;

    public static new RsaRecipientKey Read(X509Certificate2 certificate)
    {
        var key = certificate.GetRSAPublicKey()!;
        return key.KeySize >= 2048
            ? new(certificate, key)
            : throw new CryptographicException($"A recipient's RSA key has {key.KeySize} bits: 2048 is the least.");
    }

    public override void WriteRecipientInfo(AsnWriter writer, byte[] contentKey, RsaKeyTransport transport)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            writer.WriteEncodedValue(IssuerAndSerialNumber);
            using (writer.PushSequence())
            {
                if (transport == RsaKeyTransport.OaepSha256)
                {
                    writer.WriteObjectIdentifier(CmsOids.RsaOaep);
                    WriteOaepParameters(writer);
                }
                else
                {
                    writer.WriteObjectIdentifier(CmsOids.RsaEncryption);
                    writer.WriteNull();
                }
            }
            writer.WriteOctetString(_key.Encrypt(
                contentKey, transport == RsaKeyTransport.OaepSha256 ? RSAEncryptionPadding.OaepSHA256 : RSAEncryptionPadding.Pkcs1));
        }
    }

    private static void WriteOaepParameters(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                WriteSha256(writer);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(CmsOids.Mgf1);
                WriteSha256(writer);
            }
        }

        // RFC 4055 §2.1: the hash functions of OAEP carry NULL parameters.
        static void WriteSha256(AsnWriter writer)
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(CmsOids.Sha256);
                writer.WriteNull();
            }
        }
    }
}

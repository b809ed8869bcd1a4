using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sealing;

/// <summary>Key agreement with a key pair made for one message and one recipient (RFC 5652 §6.2.2, RFC 5753 §3.1.1).</summary>
internal abstract class AgreementRecipientKey(X509Certificate2 certificate) : RecipientKey(certificate)
{
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1);

    public override byte EnvelopeVersion => 2;

    /// <summary>OID of the originator's key: its parameters are absent, the recipient's certificate has them.</summary>
    protected abstract string KeyAlgorithm { get; }

    /// <summary>OID of agreement and key derivation.</summary>
    protected abstract string Scheme { get; }

    /// <summary>Agrees on a key for AES-256 key wrap.</summary>
    protected abstract (byte[] OriginatorKey, byte[] WrappingKey) Agree();

    public override void WriteRecipientInfo(AsnWriter writer, byte[] contentKey, RsaKeyTransport transport)
    {
        var (originatorKey, wrappingKey) = Agree();
        using (writer.PushSequence(Context1))
        {
            writer.WriteInteger(3);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence(Context1))
            {
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(KeyAlgorithm);
                writer.WriteBitString(originatorKey);
            }
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Scheme);
                writer.WriteEncodedValue(KeyWrap.Aes256Algorithm);
            }
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(IssuerAndSerialNumber);
                writer.WriteOctetString(KeyWrap.Wrap(wrappingKey, contentKey));
            }
        }
        CryptographicOperations.ZeroMemory(wrappingKey);
    }
}

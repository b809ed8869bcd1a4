using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Key encapsulation with ML-KEM (RFC 9629, RFC 9936). BouncyCastle's, because .NET's needs OpenSSL 3.5, which long-lived
/// distributions do not have.
/// </summary>
internal sealed class MlKemRecipientKey : RecipientKey
{
    private readonly string _algorithm;
    private readonly MLKemPublicKeyParameters _key;

    private MlKemRecipientKey(X509Certificate2 certificate, MLKemPublicKeyParameters key)
        : base(certificate)
    {
        _algorithm = certificate.PublicKey.Oid.Value!;
        _key = key;
    }

    public override byte EnvelopeVersion => 3;

    public static new MlKemRecipientKey Read(X509Certificate2 certificate) => EncryptionKeys.IsUsable(certificate)
        ? new(certificate, MLKemPublicKeyParameters.FromEncoding(MlKem.Parameters(certificate.PublicKey.Oid.Value!), certificate.PublicKey.EncodedKeyValue.RawData))
        : throw new CryptographicException("A recipient's ML-KEM key has another length than its kind, or values that are none (FIPS 203 §7.2).");

    public override void WriteRecipientInfo(AsnWriter writer, byte[] contentKey, RsaKeyTransport transport)
    {
        var (secret, ciphertext) = Encapsulate();
        var wrappingKey = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, secret, KeyWrap.Aes256Bytes, salt: [], MlKem.OtherInfo(KeyWrap.Aes256Algorithm, KeyWrap.Aes256Bytes, userKeyingMaterial: []));
        CryptographicOperations.ZeroMemory(secret);

        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))
        {
            writer.WriteObjectIdentifier(CmsOids.KemRecipient);
            using (writer.PushSequence())
            {
                writer.WriteInteger(0);
                writer.WriteEncodedValue(IssuerAndSerialNumber);
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(_algorithm);
                writer.WriteOctetString(ciphertext);
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(CmsOids.HkdfSha256);
                writer.WriteInteger(KeyWrap.Aes256Bytes);
                writer.WriteEncodedValue(KeyWrap.Aes256Algorithm);
                writer.WriteOctetString(KeyWrap.Wrap(wrappingKey, contentKey));
            }
        }
        CryptographicOperations.ZeroMemory(wrappingKey);
    }

    private (byte[] Secret, byte[] Ciphertext) Encapsulate()
    {
        var encapsulator = new MLKemEncapsulator(_key.Parameters);
        encapsulator.Init(_key);
        var secret = new byte[encapsulator.SecretLength];
        var ciphertext = new byte[encapsulator.EncapsulationLength];
        encapsulator.Encapsulate(ciphertext, 0, ciphertext.Length, secret, 0, secret.Length);
        return (secret, ciphertext);
    }
}

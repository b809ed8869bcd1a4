using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sealing;

/// <summary>
/// A recipient's public key, taken out of the certificate once: reading it costs far more than encrypting to it.
/// Safe for many messages at once.
/// </summary>
internal sealed class RecipientKey
{
    private static readonly Asn1Tag KeyAgreeRecipientInfo = new(TagClass.ContextSpecific, 1);

    private static readonly byte[] Aes256WrapAlgorithm = Algorithm(CmsOids.Aes256Wrap);

    private readonly byte[] _issuerAndSerialNumber;
    private readonly RSA? _rsa;
    private readonly ECDiffieHellmanPublicKey? _agreementKey;
    private readonly ECCurve _curve;

    private RecipientKey(X509Certificate2 certificate, RSA? rsa, ECDiffieHellmanPublicKey? agreementKey, ECCurve curve)
    {
        _rsa = rsa;
        _agreementKey = agreementKey;
        _curve = curve;
        _issuerAndSerialNumber = IssuerAndSerialNumber(certificate);
        Thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
    }

    /// <summary>SHA-256 of the certificate, lower-case hex.</summary>
    public string Thumbprint { get; }

    /// <summary>True where the key is agreed on (EC) and not transported (RSA).</summary>
    public bool IsKeyAgreement => _agreementKey is not null;

    /// <exception cref="CryptographicException">The key is not RSA of 2048 bits or more, nor on P-256, P-384 or P-521.</exception>
    public static RecipientKey Read(X509Certificate2 certificate)
    {
        if (certificate.GetRSAPublicKey() is { } rsa)
        {
            return rsa.KeySize >= 2048
                ? new(certificate, rsa, agreementKey: null, default)
                : throw new CryptographicException($"A recipient's RSA key has {rsa.KeySize} bits: 2048 is the least.");
        }

        using var ecdh = certificate.GetECDiffieHellmanPublicKey()
            ?? throw new CryptographicException("A recipient's certificate has no key for encryption: RSA or ECDH is needed.");
        var named = ecdh.ExportParameters(includePrivateParameters: false).Curve;
        return named.Oid.Value is "1.2.840.10045.3.1.7" or "1.3.132.0.34" or "1.3.132.0.35"
            ? new(certificate, rsa: null, ecdh.PublicKey, named)
            : throw new CryptographicException("A recipient's EC key is not on P-256, P-384 or P-521.");
    }

    /// <summary>Writes the RecipientInfo (RFC 5652 §6.2) that gives this recipient the content-encryption key.</summary>
    public void WriteRecipientInfo(AsnWriter writer, byte[] contentKey, RsaKeyTransport transport)
    {
        if (_rsa is not null)
            WriteKeyTransport(writer, _rsa, contentKey, transport);
        else
            WriteKeyAgreement(writer, contentKey);
    }

    /// <summary>RFC 5652 §6.2.1.</summary>
    private void WriteKeyTransport(AsnWriter writer, RSA key, byte[] contentKey, RsaKeyTransport transport)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            writer.WriteEncodedValue(_issuerAndSerialNumber);
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
            writer.WriteOctetString(key.Encrypt(
                contentKey, transport == RsaKeyTransport.OaepSha256 ? RSAEncryptionPadding.OaepSHA256 : RSAEncryptionPadding.Pkcs1));
        }
    }

    /// <summary>RFC 5652 §6.2.2 and RFC 5753 §3.1.1; a fresh key pair for each message and recipient.</summary>
    private void WriteKeyAgreement(AsnWriter writer, byte[] contentKey)
    {
        using var ephemeral = ECDiffieHellman.Create(_curve);
        var wrappingKey = KeyAgreement.DeriveWrappingKey(
            ephemeral, _agreementKey!, HashAlgorithmName.SHA256, Aes256WrapAlgorithm, userKeyingMaterial: [], keyBytes: 32);

        using (writer.PushSequence(KeyAgreeRecipientInfo))
        {
            writer.WriteInteger(3);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            {
                // The recipient's certificate names the curve: RFC 5753 §3.1.1 wants it absent or stated, never another.
                using (writer.PushSequence())
                    writer.WriteObjectIdentifier(CmsOids.EcPublicKey);
                var point = ephemeral.ExportParameters(includePrivateParameters: false).Q;
                writer.WriteBitString([0x04, .. point.X!, .. point.Y!]);
            }
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(CmsOids.StdDhSha256Kdf);
                writer.WriteEncodedValue(Aes256WrapAlgorithm);
            }
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(_issuerAndSerialNumber);
                writer.WriteOctetString(KeyAgreement.Wrap(wrappingKey, contentKey));
            }
        }
        CryptographicOperations.ZeroMemory(wrappingKey);
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

    private static byte[] IssuerAndSerialNumber(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(certificate.IssuerName.RawData);
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }
        return writer.Encode();
    }

    private static byte[] Algorithm(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(oid);
        return writer.Encode();
    }
}

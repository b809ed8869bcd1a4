using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Sealing;

/// <summary>
/// A recipient's public key, taken out of the certificate once: reading it costs far more than encrypting to it.
/// Safe for many messages at once.
/// </summary>
internal abstract class RecipientKey
{
    protected RecipientKey(X509Certificate2 certificate)
    {
        IssuerAndSerialNumber = Identify(certificate);
        Thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
    }

    /// <summary>SHA-256 of the certificate, lower-case hex.</summary>
    public string Thumbprint { get; }

    /// <summary>The least version of an EnvelopedData with this kind of recipient (RFC 5652 §6.1).</summary>
    public abstract byte EnvelopeVersion { get; }

    /// <summary>In DER, as every RecipientInfo written here names its recipient.</summary>
    protected byte[] IssuerAndSerialNumber { get; }

    /// <exception cref="CryptographicException">
    /// The key is not RSA of 2048 bits or more, on P-256, P-384 or P-521, X25519, or ML-KEM-768 or -1024.
    /// </exception>
    public static RecipientKey Read(X509Certificate2 certificate) => certificate.PublicKey.Oid.Value switch
    {
        Oids.Rsa => RsaRecipientKey.Read(certificate),
        Oids.EcPublicKey => EcRecipientKey.Read(certificate),
        Oids.X25519 => X25519RecipientKey.Read(certificate),
        Oids.MlKem768 or Oids.MlKem1024 => MlKemRecipientKey.Read(certificate),
        var other => throw new CryptographicException($"A recipient's certificate has no key for encryption that is used here: {other}."),
    };

    /// <summary>Writes the RecipientInfo (RFC 5652 §6.2) that gives this recipient the content-encryption key.</summary>
    public abstract void WriteRecipientInfo(AsnWriter writer, byte[] contentKey, RsaKeyTransport transport);

    private static byte[] Identify(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(certificate.IssuerName.RawData);
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }
        return writer.Encode();
    }
}

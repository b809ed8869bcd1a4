using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sealing;

/// <summary>The content-encryption key for one recipient (RFC 5652 §6.2), as read from a message.</summary>
internal abstract class EncryptedKey
{
    protected static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0);
    protected static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Context4 = new(TagClass.ContextSpecific, 4);

    private readonly ReadOnlyMemory<byte> _issuer;
    private readonly BigInteger _serialNumber;
    private readonly byte[]? _subjectKeyIdentifier;

    protected EncryptedKey(ReadOnlyMemory<byte> identifier, string algorithm)
    {
        Algorithm = algorithm;
        var reader = new AsnReader(identifier, AsnEncodingRules.BER);
        var tag = reader.PeekTag();
        if (tag.HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var issuerAndSerialNumber = reader.ReadSequence();
            _issuer = issuerAndSerialNumber.ReadEncodedValue();
            _serialNumber = issuerAndSerialNumber.ReadInteger();
        }
        else if (tag.HasSameClassAndValue(Context0))
        {
            // [0] SubjectKeyIdentifier of key transport, [0] RecipientKeyIdentifier of key agreement.
            _subjectKeyIdentifier = tag.IsConstructed ? reader.ReadSequence(Context0).ReadOctetString() : reader.ReadOctetString(Context0);
        }
    }

    /// <summary>OID of the key encryption.</summary>
    public string Algorithm { get; }

    /// <summary>Whose it is, as far as the message says: issuer and serial number, or key identifier.</summary>
    public string Recipient => _subjectKeyIdentifier is not null
        ? $"key identifier {Convert.ToHexStringLower(_subjectKeyIdentifier)}"
        : _issuer.IsEmpty
            ? "not said in a known way"
            : string.Create(CultureInfo.InvariantCulture, $"serial number {Convert.ToHexStringLower(_serialNumber.ToByteArray(isBigEndian: true))} of {IssuerName()}");

    public static IEnumerable<EncryptedKey> Read(AsnReader recipientInfos)
    {
        var tag = recipientInfos.PeekTag();
        if (tag.HasSameClassAndValue(Asn1Tag.Sequence))
            return [TransportedKey.ReadOne(recipientInfos.ReadSequence())];
        if (tag.HasSameClassAndValue(Context1))
            return AgreedKey.ReadAll(recipientInfos.ReadSequence(Context1)).ToArray();
        if (tag.HasSameClassAndValue(Context4))
            return EncapsulatedKey.ReadAny(recipientInfos.ReadSequence(Context4));

        // kekri, pwri: nothing that a certificate opens.
        recipientInfos.ReadEncodedValue();
        return [];
    }

    public bool IsFor(X509Certificate2 certificate)
    {
        if (_subjectKeyIdentifier is not null)
        {
            return certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>()
                .Any(extension => extension.SubjectKeyIdentifierBytes.Span.SequenceEqual(_subjectKeyIdentifier));
        }
        return !_issuer.IsEmpty
            && new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: false, isBigEndian: true) == _serialNumber
            && certificate.IssuerName.RawData.AsSpan().SequenceEqual(_issuer.Span);
    }

    /// <exception cref="CryptographicException">It is not this key's, or in a form that is not opened here.</exception>
    public abstract byte[] Unwrap(DecryptionKey key);

    private string IssuerName()
    {
        try
        {
            return new X500DistinguishedName(_issuer.Span).Name;
        }
        catch (CryptographicException)
        {
            return "an unreadable name";
        }
    }
}

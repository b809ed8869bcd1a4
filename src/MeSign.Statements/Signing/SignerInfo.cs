using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>One signer's part of SignedData (RFC 5652 §5.3).</summary>
/// <param name="Issuer">Encoded name of the certificate's issuer, with <paramref name="SerialNumber"/>; empty where the key identifier is given.</param>
/// <param name="SignedBytes">The SET of signed attributes as it was hashed; null where the content is signed directly.</param>
internal sealed record SignerInfo(
    ReadOnlyMemory<byte> Issuer,
    ReadOnlyMemory<byte> SerialNumber,
    ReadOnlyMemory<byte>? KeyIdentifier,
    string DigestAlgorithm,
    ReadOnlyMemory<byte>? SignedBytes,
    IReadOnlyList<CmsAttribute> SignedAttributes,
    AlgorithmIdentifier SignatureAlgorithm,
    ReadOnlyMemory<byte> Signature,
    IReadOnlyList<CmsAttribute> UnsignedAttributes)
{
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1);

    /// <exception cref="AsnContentException">The next value is not a SignerInfo.</exception>
    public static SignerInfo Read(AsnReader reader)
    {
        var info = reader.ReadSequence();
        _ = info.ReadInteger();
        ReadOnlyMemory<byte> issuer = default, serial = default;
        ReadOnlyMemory<byte>? keyIdentifier = null;
        if (info.PeekTag().HasSameClassAndValue(Context0))
        {
            keyIdentifier = info.ReadOctetString(Context0);
        }
        else
        {
            var id = info.ReadSequence();
            issuer = id.ReadEncodedValue();
            serial = id.ReadIntegerBytes();
        }

        var digest = AlgorithmIdentifier.Read(info).Oid;
        ReadOnlyMemory<byte>? signedBytes = null;
        IReadOnlyList<CmsAttribute> signedAttributes = [];
        if (info.PeekTag().HasSameClassAndValue(Context0))
        {
            signedAttributes = CmsAttribute.ReadAll(info, Context0, out var encoded);
            signedBytes = AsSet(encoded);
        }

        var algorithm = AlgorithmIdentifier.Read(info);
        var signature = info.ReadOctetString();
        var unsignedAttributes = info.HasData ? CmsAttribute.ReadAll(info, Context1, out _) : [];
        info.ThrowIfNotEmpty();
        return new(issuer, serial, keyIdentifier, digest, signedBytes, signedAttributes, algorithm, signature, unsignedAttributes);
    }

    /// <summary>The signer's certificate among those that came along; null where it did not.</summary>
    public X509Certificate2? FindCertificate(IEnumerable<X509Certificate2> certificates) => certificates.FirstOrDefault(IsMine);

    /// <summary>For example <c>RSA PKCS#1 v1.5, SHA-256</c>.</summary>
    public string Describe()
    {
        var scheme = SignatureAlgorithm.Oid switch
        {
            Oids.Rsa or Oids.Sha256WithRsa or Oids.Sha384WithRsa or Oids.Sha512WithRsa or Oids.Sha1WithRsa or Oids.Md5WithRsa
                or Oids.Sha3_256WithRsa or Oids.Sha3_384WithRsa or Oids.Sha3_512WithRsa => "RSA PKCS#1 v1.5",
            Oids.RsaPss => "RSA PSS",
            Oids.EcdsaWithSha1 or Oids.EcdsaWithSha256 or Oids.EcdsaWithSha384 or Oids.EcdsaWithSha512
                or Oids.EcPublicKey or Oids.EcdsaWithSha3_256 or Oids.EcdsaWithSha3_384 or Oids.EcdsaWithSha3_512 => "ECDSA",
            Oids.Ed25519 => "Ed25519",
            var other => other,
        };
        return $"{scheme}, {HashAlgorithms.Name(DigestAlgorithm)}";
    }

    private bool IsMine(X509Certificate2 certificate) => KeyIdentifier is { } identifier
        ? certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } extension
            && extension.SubjectKeyIdentifierBytes.Span.SequenceEqual(identifier.Span)
        : certificate.SerialNumberBytes.Span.SequenceEqual(SerialNumber.Span)
            && certificate.IssuerName.RawData.AsSpan().SequenceEqual(Issuer.Span);

    // RFC 5652 §5.4: what is hashed is the DER encoding with the tag of SET OF.
    private static byte[] AsSet(ReadOnlyMemory<byte> implicitly)
    {
        var bytes = implicitly.ToArray();
        if (bytes[1] == 0x80)
            throw new CryptographicException("The signed attributes are not in DER.");
        bytes[0] = 0x31;
        return bytes;
    }
}

/// <param name="Oid">The attribute's type.</param>
/// <param name="Values">Its encoded values.</param>
internal sealed record CmsAttribute(string Oid, IReadOnlyList<ReadOnlyMemory<byte>> Values)
{
    private const int MaxAttributes = 64;

    /// <exception cref="AsnContentException">The next value is not a set of attributes.</exception>
    public static IReadOnlyList<CmsAttribute> ReadAll(AsnReader reader, Asn1Tag tag, out ReadOnlyMemory<byte> encoded)
    {
        encoded = reader.PeekEncodedValue();
        var set = reader.ReadSetOf(skipSortOrderValidation: true, tag);
        var attributes = new List<CmsAttribute>();
        while (set.HasData)
        {
            if (attributes.Count == MaxAttributes)
                throw new CryptographicException($"More than {MaxAttributes} attributes.");
            var attribute = set.ReadSequence();
            var oid = attribute.ReadObjectIdentifier();
            var values = new List<ReadOnlyMemory<byte>>();
            var value = attribute.ReadSetOf(skipSortOrderValidation: true);
            while (value.HasData && values.Count < MaxAttributes)
                values.Add(value.ReadEncodedValue());
            attributes.Add(new(oid, values));
        }

        return attributes;
    }
}

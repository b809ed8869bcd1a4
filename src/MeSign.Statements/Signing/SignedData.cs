using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>SignedData as another program may have written it (RFC 5652 §5.1): BER, indefinite lengths included.</summary>
/// <param name="ContentType">eContentType.</param>
/// <param name="Content">eContent; null for a detached signature.</param>
internal sealed record SignedData(
    string ContentType,
    ReadOnlyMemory<byte>? Content,
    IReadOnlyList<X509Certificate2> Certificates,
    IReadOnlyList<ReadOnlyMemory<byte>> Crls,
    IReadOnlyList<SignerInfo> Signers)
{
    // More than any honest signature has; each costs a path or a public-key operation.
    private const int MaxCertificates = 64;
    private const int MaxSigners = 8;

    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <param name="encoded">A ContentInfo; zero bytes may follow it, as padding does in a PDF.</param>
    /// <exception cref="CryptographicException">It is not SignedData, or beyond the bounds above.</exception>
    public static SignedData Read(ReadOnlyMemory<byte> encoded, Func<ReadOnlyMemory<byte>, X509Certificate2>? load = null)
    {
        try
        {
            var outer = new AsnReader(encoded, AsnEncodingRules.BER);
            if (encoded.Span[outer.PeekEncodedValue().Length..].ContainsAnyExcept((byte)0))
                throw new CryptographicException("Something follows the signature.");
            var info = outer.ReadSequence();
            if (info.ReadObjectIdentifier() != Oids.SignedData)
                throw new CryptographicException("This is not CMS SignedData.");

            return ReadBody(info.ReadSequence(Context0).ReadSequence(), load ?? (der => X509CertificateLoader.LoadCertificate(der.Span)));
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("This is not CMS SignedData.", e);
        }
    }

    private static SignedData ReadBody(AsnReader body, Func<ReadOnlyMemory<byte>, X509Certificate2> load)
    {
        _ = body.ReadInteger();
        _ = body.ReadSetOf(skipSortOrderValidation: true);
        var (contentType, content) = ReadContent(body.ReadSequence());
        var certificates = body.HasData && body.PeekTag().HasSameClassAndValue(Context0) ? ReadCertificates(body.ReadSetOf(skipSortOrderValidation: true, Context0), load) : [];
        var crls = body.HasData && body.PeekTag().HasSameClassAndValue(Context1) ? ReadCrls(body.ReadSetOf(skipSortOrderValidation: true, Context1)) : [];

        var signers = new List<SignerInfo>();
        var set = body.ReadSetOf(skipSortOrderValidation: true);
        while (set.HasData)
        {
            if (signers.Count == MaxSigners)
                throw new CryptographicException($"More than {MaxSigners} signers.");
            signers.Add(SignerInfo.Read(set));
        }

        return new(contentType, content, certificates, crls, signers);
    }

    private static (string Type, ReadOnlyMemory<byte>? Content) ReadContent(AsnReader info)
    {
        var type = info.ReadObjectIdentifier();
        if (!info.HasData)
            return (type, null);

        var holder = info.ReadSequence(Context0);
        return (type, holder.TryReadPrimitiveOctetString(out var content) ? content : holder.ReadOctetString());
    }

    private static List<X509Certificate2> ReadCertificates(AsnReader set, Func<ReadOnlyMemory<byte>, X509Certificate2> load)
    {
        var certificates = new List<X509Certificate2>();
        while (set.HasData)
        {
            // Attribute certificates and other forms have context tags: nothing here builds on them.
            var isX509 = set.PeekTag() == Asn1Tag.Sequence;
            var value = set.ReadEncodedValue();
            if (!isX509)
                continue;
            if (certificates.Count == MaxCertificates)
                throw new CryptographicException($"More than {MaxCertificates} certificates.");
            certificates.Add(load(value));
        }

        return certificates;
    }

    private static List<ReadOnlyMemory<byte>> ReadCrls(AsnReader set)
    {
        var crls = new List<ReadOnlyMemory<byte>>();
        while (set.HasData)
        {
            var isX509 = set.PeekTag() == Asn1Tag.Sequence;
            var value = set.ReadEncodedValue();
            if (isX509)
                crls.Add(value);
        }

        return crls;
    }
}

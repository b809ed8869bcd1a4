using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>The mathematical half of a verification: digest, attributes, signature and certificate binding; trust comes after.</summary>
/// <param name="Certificate">The signer's certificate; null where it did not come along.</param>
/// <param name="SigningTime">The signer's own claim, if it made one.</param>
internal sealed record SignerCheck(
    X509Certificate2? Certificate,
    bool DigestMatches,
    bool SignatureMatches,
    bool IsBoundToCertificate,
    DateTimeOffset? SigningTime,
    IReadOnlyList<string> Problems)
{
    /// <param name="contentType">The eContentType that the content-type attribute must repeat.</param>
    /// <param name="content">The signed content in its digests.</param>
    public static SignerCheck Run(SignerInfo signer, IReadOnlyList<X509Certificate2> certificates, string contentType, Func<HashAlgorithmName, byte[]> content)
    {
        var problems = new List<string>();
        var certificate = signer.FindCertificate(certificates);
        if (certificate is null)
            problems.Add("The signer's certificate is not in the signature.");

        var digest = Digest(signer, content, problems);
        var digestMatches = digest is not null && AttributesMatch(signer, contentType, digest, problems);
        var signatureMatches = digest is not null && certificate is not null && SignatureMatchesKey(signer, certificate, digest, problems);
        var bound = certificate is not null && EssCertificateId.Names(signer, certificate, problems);
        return new(certificate, digestMatches, signatureMatches, bound, ReadSigningTime(signer, problems), problems);
    }

    private static byte[]? Digest(SignerInfo signer, Func<HashAlgorithmName, byte[]> content, List<string> problems)
    {
        if (HashAlgorithms.Find(signer.DigestAlgorithm) is { } hash)
            return content(hash);

        problems.Add(HashAlgorithms.IsWeak(signer.DigestAlgorithm)
            ? $"The content is hashed with {HashAlgorithms.Name(signer.DigestAlgorithm)}, which is broken."
            : $"The content is hashed with {signer.DigestAlgorithm}, which is not supported.");
        return null;
    }

    private static bool AttributesMatch(SignerInfo signer, string contentType, byte[] digest, List<string> problems)
    {
        if (signer.SignedBytes is null)
        {
            // RFC 5652 §5.3: attributes may be absent only for id-data; then the signature itself covers the content.
            if (contentType == Oids.Data)
                return true;
            problems.Add("The signed attributes are missing.");
            return false;
        }

        if (Single(signer, Oids.ContentType, problems) is { } type && Try(() => type.ReadObjectIdentifier()) != contentType)
            problems.Add("The content-type attribute names another content.");
        if (Single(signer, Oids.MessageDigest, problems) is not { } stated)
            return false;
        if (Try(() => stated.ReadOctetString()) is { } value && CryptographicOperations.FixedTimeEquals(value, digest))
            return true;

        problems.Add("The content is not what was signed: its digest differs.");
        return false;
    }

    private static bool SignatureMatchesKey(SignerInfo signer, X509Certificate2 certificate, byte[] digest, List<string> problems)
    {
        byte[] Signed(HashAlgorithmName hash) => signer.SignedBytes is { } attributes
            ? CryptographicOperations.HashData(hash, attributes.Span)
            : hash == HashAlgorithms.Find(signer.DigestAlgorithm) ? digest : [];

        var problem = SignatureCheck.Problem(
            certificate.PublicKey, signer.SignatureAlgorithm, signer.DigestAlgorithm, Signed, signer.Signature.Span, signer.SignedBytes);
        if (problem is not null)
            problems.Add($"The signature {problem}.");
        return problem is null;
    }

    private static DateTimeOffset? ReadSigningTime(SignerInfo signer, List<string> problems)
    {
        if (!signer.SignedAttributes.Any(attribute => attribute.Oid == Oids.SigningTime))
            return null;
        if (Single(signer, Oids.SigningTime, problems) is not { } reader)
            return null;

        try
        {
            return reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
        }
        catch (AsnContentException)
        {
            problems.Add("The signing-time attribute cannot be read.");
            return null;
        }
    }

    // RFC 5652 §11: each of these has one instance with one value; two would let two readers see two contents.
    private static AsnReader? Single(SignerInfo signer, string oid, List<string> problems)
    {
        if (signer.SignedAttributes.Where(attribute => attribute.Oid == oid).ToList() is [{ Values: [var value] }])
            return new AsnReader(value, AsnEncodingRules.BER);

        problems.Add($"The signed attribute {oid} is missing or repeated.");
        return null;
    }

    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}

using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>What certificates and CRLs share: bytes, an algorithm, and an issuer's signature over them (RFC 5280 §4.1.1, §5.1.1).</summary>
internal sealed record SignedObject(ReadOnlyMemory<byte> ToBeSigned, AlgorithmIdentifier Algorithm, ReadOnlyMemory<byte> Signature)
{
    /// <exception cref="AsnContentException">Not of that form.</exception>
    public static SignedObject Read(ReadOnlyMemory<byte> der)
    {
        var sequence = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var body = sequence.ReadEncodedValue();
        var algorithm = AlgorithmIdentifier.Read(sequence);
        var signature = sequence.ReadBitString(out _);
        sequence.ThrowIfNotEmpty();
        return new(body, algorithm, signature);
    }

    /// <summary>True where the issuer's key made this signature; says nothing about the issuer's right to do so.</summary>
    public static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData))
            return false;

        try
        {
            return Read(certificate.RawDataMemory).Problem(issuer) is null;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="SignatureCheck.Problem"/>
    public string? Problem(X509Certificate2 issuer) =>
        SignatureCheck.Problem(
            issuer.PublicKey, Algorithm, digestAlgorithm: null, hash => CryptographicOperations.HashData(hash, ToBeSigned.Span), Signature.Span, ToBeSigned);
}

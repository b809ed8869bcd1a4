using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>CertID (RFC 6960 §4.1.1): a certificate by digests of its issuer's name and key, and its own number.</summary>
/// <param name="HashAlgorithm">OID of both digests.</param>
/// <param name="SerialNumber">In hexadecimal.</param>
internal sealed record CertificateId(string HashAlgorithm, byte[] NameHash, byte[] KeyHash, string SerialNumber)
{
    // Every responder understands SHA-1 here, some nothing else. It only names a certificate: nobody gains by a collision
    // with a name and key that the authority chose.
    private static readonly HashAlgorithmName Asked = HashAlgorithmName.SHA1;

    /// <exception cref="AsnContentException">Not a CertID.</exception>
    public static CertificateId Read(AsnReader reader)
    {
        var id = reader.ReadSequence();
        return new(AlgorithmIdentifier.Read(id).Oid, id.ReadOctetString(), id.ReadOctetString(), Convert.ToHexString(id.ReadIntegerBytes().Span));
    }

    public static void Write(AsnWriter writer, X509Certificate2 certificate, X509Certificate2 issuer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Oids.Sha1);
                writer.WriteNull();
            }

            writer.WriteOctetString(CryptographicOperations.HashData(Asked, issuer.SubjectName.RawData));
            writer.WriteOctetString(HashOfKey(Asked, issuer));
            writer.WriteInteger(certificate.SerialNumberBytes.Span);
        }
    }

    public bool Names(X509Certificate2 certificate, X509Certificate2 issuer) =>
        SerialNumber == Convert.ToHexString(certificate.SerialNumberBytes.Span)
        && (HashAlgorithm == Oids.Sha1 ? Asked : HashAlgorithms.Find(HashAlgorithm)) is { } hash
        && NameHash.AsSpan().SequenceEqual(CryptographicOperations.HashData(hash, issuer.SubjectName.RawData))
        && KeyHash.AsSpan().SequenceEqual(HashOfKey(hash, issuer));

    /// <summary>Digest of the public key's BIT STRING without tag, length and unused bits; with SHA-1 also a ResponderID's byKey.</summary>
    public static byte[] HashOfKey(HashAlgorithmName hash, X509Certificate2 certificate) =>
        CryptographicOperations.HashData(hash, certificate.PublicKey.EncodedKeyValue.RawData);
}

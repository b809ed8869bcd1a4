using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>What every signature of one identity has alike, encoded once: an identity signs for as long as the process runs.</summary>
internal sealed class SignerParts
{
    private static readonly ConditionalWeakTable<SigningIdentity, SignerParts> Known = [];

    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Context2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    private Room? _lastRoom;

    private SignerParts(SigningIdentity identity)
    {
        Hash = Encode(writer => WriteHash(writer, identity.Hash, withNull: false));
        Scheme = Encode(writer => WriteScheme(writer, identity));
        Certificates = Encode(writer => WriteCertificates(writer, identity));
        Identifier = Encode(writer => WriteIdentifier(writer, identity));
        SigningCertificate = Encode(writer => WriteSigningCertificate(writer, identity));
        Expiring = identity.Chain.Prepend(identity.Certificate).MinBy(certificate => certificate.NotAfter)!;
        Expires = new(Expiring.NotAfter.ToUniversalTime());
    }

    /// <summary>digestAlgorithm.</summary>
    public ReadOnlyMemory<byte> Hash { get; }

    /// <summary>signatureAlgorithm.</summary>
    public ReadOnlyMemory<byte> Scheme { get; }

    /// <summary>certificates, with their tag.</summary>
    public ReadOnlyMemory<byte> Certificates { get; }

    /// <summary>issuerAndSerialNumber.</summary>
    public ReadOnlyMemory<byte> Identifier { get; }

    /// <summary>The value of the signing-certificate-v2 attribute.</summary>
    public ReadOnlyMemory<byte> SigningCertificate { get; }

    /// <summary>The certificate of signer and chain that ends first, and when.</summary>
    public X509Certificate2 Expiring { get; }

    public DateTimeOffset Expires { get; }

    public static SignerParts Of(SigningIdentity identity) => Known.GetValue(identity, static identity => new(identity));

    /// <summary>The room that a signature of this profile needs with a timestamp of this size, reckoned where it is not the last one asked for.</summary>
    public int BytesOf(CmsProfile profile, int timestampBytes, Func<int> reckon)
    {
        if (_lastRoom is { } last && last.Profile == profile && last.TimestampBytes == timestampBytes)
            return last.Bytes;

        var bytes = reckon();
        _lastRoom = new(profile, timestampBytes, bytes);
        return bytes;
    }

    private static byte[] Encode(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    // The chain goes along below its root: the receiver must have that one already, or it proves nothing.
    private static void WriteCertificates(AsnWriter writer, SigningIdentity identity)
    {
        using (writer.PushSetOf(Context0))
        {
            writer.WriteEncodedValue(identity.Certificate.RawDataMemory.Span);
            foreach (var certificate in identity.Chain)
                writer.WriteEncodedValue(certificate.RawDataMemory.Span);
        }
    }

    private static void WriteIdentifier(AsnWriter writer, SigningIdentity identity)
    {
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(identity.Certificate.IssuerName.RawData);
            writer.WriteInteger(identity.Certificate.SerialNumberBytes.Span);
        }
    }

    // RFC 5035 §4: binds the signature to this certificate, so that another one with the same key cannot take its place.
    // issuerSerial is left out: the hash says it all.
    private static void WriteSigningCertificate(AsnWriter writer, SigningIdentity identity)
    {
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            // DER leaves out a DEFAULT, and SHA-256 is the default here.
            if (identity.Hash != HashAlgorithmName.SHA256)
                WriteHash(writer, identity.Hash, withNull: false);

            writer.WriteOctetString(identity.Certificate.GetCertHash(identity.Hash));
        }
    }

    private static void WriteScheme(AsnWriter writer, SigningIdentity identity)
    {
        using (writer.PushSequence())
        {
            switch (identity.Key.Scheme)
            {
                case SignatureScheme.RsaPkcs1:
                    writer.WriteObjectIdentifier(Oids.Rsa);
                    writer.WriteNull();
                    break;
                case SignatureScheme.RsaPss:
                    writer.WriteObjectIdentifier(Oids.RsaPss);
                    WritePssParameters(writer, identity.Hash);
                    break;
                case SignatureScheme.Ecdsa:
                    writer.WriteObjectIdentifier(identity.Hash.Name switch
                    {
                        "SHA384" => Oids.EcdsaWithSha384,
                        "SHA512" => Oids.EcdsaWithSha512,
                        _ => Oids.EcdsaWithSha256,
                    });
                    break;
                default:
                    throw new InvalidOperationException($"{identity.Key.Scheme} has no algorithm identifier.");
            }
        }
    }

    // RFC 4055 §3.1; trailerField keeps its default.
    private static void WritePssParameters(AsnWriter writer, HashAlgorithmName hash)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence(Context0))
                WriteHash(writer, hash, withNull: true);
            using (writer.PushSequence(Context1))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Oids.Mgf1);
                WriteHash(writer, hash, withNull: true);
            }

            using (writer.PushSequence(Context2))
                writer.WriteInteger(HashAlgorithms.Length(hash));
        }
    }

    // RFC 5754 §2: parameters absent in CMS; RFC 4055 §2.1: NULL inside PSS parameters.
    private static void WriteHash(AsnWriter writer, HashAlgorithmName hash, bool withNull)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(HashAlgorithms.Oid(hash));
            if (withNull)
                writer.WriteNull();
        }
    }

    private sealed record Room(CmsProfile Profile, int TimestampBytes, int Bytes);
}

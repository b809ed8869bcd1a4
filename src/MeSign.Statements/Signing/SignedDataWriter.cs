using System.Formats.Asn1;
using System.Security.Cryptography;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>Writes SignedData with one signer (RFC 5652 §5.1), DER throughout.</summary>
internal static class SignedDataWriter
{
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Context2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    /// <param name="content">The content for an opaque signature; null for a detached one.</param>
    /// <param name="signedAttributes">The SET that was signed.</param>
    /// <param name="timestamp">A TimeStampToken over <paramref name="signature"/>, or null.</param>
    public static byte[] Encode(
        SigningIdentity identity,
        ReadOnlyMemory<byte>? content,
        ReadOnlyMemory<byte> signedAttributes,
        ReadOnlySpan<byte> signature,
        ReadOnlyMemory<byte>? timestamp)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER, 8192 + (content?.Length ?? 0));
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.SignedData);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence())
            {
                // Version 1: id-data, and a signer known by issuer and serial number.
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                    WriteHash(writer, identity.Hash, withNull: false);
                WriteContent(writer, content);
                WriteCertificates(writer, identity);
                using (writer.PushSetOf())
                    WriteSigner(writer, identity, signedAttributes.Span, signature, timestamp);
            }
        }

        return writer.Encode();
    }

    private static void WriteContent(AsnWriter writer, ReadOnlyMemory<byte>? content)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.Data);
            if (content is not { } bytes)
                return;

            using (writer.PushSequence(Context0))
                writer.WriteOctetString(bytes.Span);
        }
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

    private static void WriteSigner(
        AsnWriter writer, SigningIdentity identity, ReadOnlySpan<byte> signedAttributes, ReadOnlySpan<byte> signature, ReadOnlyMemory<byte>? timestamp)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(identity.Certificate.IssuerName.RawData);
                writer.WriteInteger(identity.Certificate.SerialNumberBytes.Span);
            }

            WriteHash(writer, identity.Hash, withNull: false);

            // signedAttrs is [0] IMPLICIT here and a plain SET where it is hashed: only the tag differs.
            var implicitly = signedAttributes.ToArray();
            implicitly[0] = 0xA0;
            writer.WriteEncodedValue(implicitly);

            WriteScheme(writer, identity);
            writer.WriteOctetString(signature);
            if (timestamp is { } token)
                WriteTimestamp(writer, token.Span);
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

    // RFC 3161 appendix A.
    private static void WriteTimestamp(AsnWriter writer, ReadOnlySpan<byte> token)
    {
        using (writer.PushSetOf(Context1))
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.SignatureTimestamp);
            using (writer.PushSetOf())
                writer.WriteEncodedValue(token);
        }
    }
}

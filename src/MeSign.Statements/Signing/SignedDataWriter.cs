using System.Formats.Asn1;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Signing;

/// <summary>Writes SignedData with one signer (RFC 5652 §5.1), DER throughout.</summary>
internal static class SignedDataWriter
{
    // Tags, lengths and object identifiers around what is given.
    private const int Frame = 256;

    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <param name="content">The content for an opaque signature; null for a detached one.</param>
    /// <param name="signedAttributes">The SET that was signed.</param>
    /// <param name="timestamp">A TimeStampToken over <paramref name="signature"/>, or null.</param>
    public static byte[] Encode(
        SignerParts signer,
        ReadOnlyMemory<byte>? content,
        ReadOnlySpan<byte> signedAttributes,
        ReadOnlySpan<byte> signature,
        ReadOnlyMemory<byte>? timestamp)
    {
        var writer = new AsnWriter(
            AsnEncodingRules.DER,
            Frame + (content?.Length ?? 0) + signer.Certificates.Length + signer.Identifier.Length + signedAttributes.Length + signature.Length + (timestamp?.Length ?? 0));
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oids.SignedData);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence())
            {
                // Version 1: id-data, and a signer known by issuer and serial number.
                writer.WriteInteger(1);
                using (writer.PushSetOf())
                    writer.WriteEncodedValue(signer.Hash.Span);
                WriteContent(writer, content);
                writer.WriteEncodedValue(signer.Certificates.Span);
                using (writer.PushSetOf())
                    WriteSigner(writer, signer, signedAttributes, signature, timestamp);
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

    private static void WriteSigner(
        AsnWriter writer, SignerParts signer, ReadOnlySpan<byte> signedAttributes, ReadOnlySpan<byte> signature, ReadOnlyMemory<byte>? timestamp)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteEncodedValue(signer.Identifier.Span);
            writer.WriteEncodedValue(signer.Hash.Span);

            // signedAttrs is [0] IMPLICIT here and a plain SET where it is hashed: only the tag differs.
            var implicitly = signedAttributes.ToArray();
            implicitly[0] = 0xA0;
            writer.WriteEncodedValue(implicitly);

            writer.WriteEncodedValue(signer.Scheme.Span);
            writer.WriteOctetString(signature);
            if (timestamp is { } token)
                WriteTimestamp(writer, token.Span);
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

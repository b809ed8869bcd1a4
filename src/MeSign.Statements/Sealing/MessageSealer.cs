using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Issuers;
using MeSign.Statements.Signing;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Makes the message that leaves: S/MIME (RFC 8551) signed with a timestamp, then encrypted to every certificate given,
/// with protected header fields (RFC 9788). The finished message is one buffer of its exact size; payload, signature,
/// encryption and Base64 are written inside it, so that a large attachment is never copied from buffer to buffer.
/// </summary>
internal sealed class MessageSealer(CmsSigner signer, RecipientKeyCache keys, IOptions<SealingOptions> options)
{
    private const string SignedEntityHeader =
        "Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\tname=smime.p7m\r\n" +
        "Content-Transfer-Encoding: base64\r\n" +
        "Content-Disposition: attachment; filename=smime.p7m\r\n\r\n";

    /// <param name="certificates">The recipient's certificates; empty for a message that is only signed.</param>
    /// <exception cref="StatementFailedException">MessageTooLarge.</exception>
    /// <exception cref="StatementDelayedException">No timestamp server answers.</exception>
    /// <exception cref="CryptographicException">A certificate's key must not be used for encryption.</exception>
    public async Task<SealedMessage> SealAsync(
        ComposedMessage message, Issuer issuer, IReadOnlyList<X509Certificate2> certificates, CancellationToken cancellationToken)
    {
        var encrypt = certificates.Count > 0;
        var recipients = certificates.Select(keys.Get).DistinctBy(key => key.Thumbprint, StringComparer.Ordinal).ToArray();
        var inner = new HeaderSection(message, message.Subject);
        var outer = encrypt ? new HeaderSection(message, issuer.OuterSubject) : inner;
        var payload = encrypt
            ? MimePayload.Build(message, inner, HeaderProtection.Cipher, outer)
            : MimePayload.Build(message, inner, HeaderProtection.Clear, outer: null);

        // What is certain to be too large is refused before it costs a signature and a timestamp.
        Limit(issuer, encrypt ? Base64Lines.EncodedLength(Base64Lines.EncodedLength(payload.Length)) : payload.Length);
        var signature = await signer.SignDetachedAsync(
            payload.Digest(issuer.Identity.Hash), issuer.Identity, CmsProfile.Smime, issuer.TimestampServers, cancellationToken);

        var eml = encrypt
            ? Encrypted(issuer, outer, payload, signature.Der, recipients)
            : Signed(issuer, outer, payload, signature.Der);
        return new(
            eml,
            encrypt,
            recipients.Select(key => key.Thumbprint).ToArray(),
            message.MessageId,
            signature.Timestamp?.GenTime ?? message.Date);
    }

    /// <summary>RFC 8551 §3.5.3: multipart/signed, readable where nothing knows S/MIME.</summary>
    private static byte[] Signed(Issuer issuer, HeaderSection outer, MimePayload payload, ReadOnlyMemory<byte> signature)
    {
        var boundary = MimePayload.Boundary();
        var head = Header(outer,
            $"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\tmicalg={MicAlgorithm(issuer.Identity.Hash)};\r\n\tboundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n");
        var middle = Encoding.ASCII.GetBytes(
            $"\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n" +
            "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\r\n");
        var tail = Encoding.ASCII.GetBytes($"--{boundary}--\r\n");
        var eml = Allocate(issuer,
            head.Length + payload.Length + middle.Length + Base64Lines.EncodedLength(signature.Length) + tail.Length);

        var rest = Put(head, eml);
        payload.CopyTo(rest);
        rest = Put(middle, rest[(int)payload.Length..]);
        for (var left = signature.Span; !left.IsEmpty; left = left[Math.Min(Base64Lines.ChunkBytes, left.Length)..])
            rest = rest[Base64Lines.EncodeChunk(left[..Math.Min(Base64Lines.ChunkBytes, left.Length)], rest)..];
        Put(tail, rest);
        return eml;
    }

    /// <summary>RFC 8551 §3.3 or §3.4 around §3.5.2: an opaque signature inside the encryption.</summary>
    private byte[] Encrypted(
        Issuer issuer, HeaderSection outer, MimePayload payload, ReadOnlyMemory<byte> signature, RecipientKey[] recipients)
    {
        var algorithm = options.Value.ContentEncryption;
        var signed = OpaqueSignature.Around(signature, payload.Length);
        var entityLength = SignedEntityHeader.Length + Base64Lines.EncodedLength(signed.Length);
        Limit(issuer, Base64Lines.EncodedLength(entityLength));

        using var envelope = new Envelope(recipients, (int)entityLength, algorithm, options.Value.RsaKeyTransport);
        var smimeType = algorithm == ContentEncryption.Aes256Gcm ? "authEnveloped-data" : "enveloped-data";
        var head = Header(outer,
            $"Content-Type: application/pkcs7-mime; smime-type={smimeType};\r\n\tname=smime.p7m\r\n" +
            "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n\r\n");
        var eml = Allocate(issuer, head.Length + Base64Lines.EncodedLength(envelope.Length));

        // From the inside out, each layer at the end of the room that the next one has for it.
        var envelopeStart = eml.Length - (int)envelope.Length;
        var entity = eml.AsSpan(envelopeStart + envelope.ContentOffset, (int)entityLength);
        var signedStart = entity.Length - (int)signed.Length;
        signed.Before.CopyTo(entity[signedStart..]);
        payload.CopyTo(entity[(signedStart + signed.Before.Length)..]);
        signed.After.CopyTo(entity[^signed.After.Length..]);
        Base64Lines.EncodeInPlace(entity, signedStart, SignedEntityHeader.Length);
        Encoding.ASCII.GetBytes(SignedEntityHeader, entity);

        envelope.Close(eml.AsSpan(envelopeStart));
        Base64Lines.EncodeInPlace(eml, envelopeStart, head.Length);
        Put(head, eml);
        return eml;
    }

    private static byte[] Header(HeaderSection fields, string structural)
    {
        var text = new StringBuilder();
        fields.WriteTo(text);
        text.Append("MIME-Version: 1.0\r\n").Append(structural);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static Span<byte> Put(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        bytes.CopyTo(target);
        return target[bytes.Length..];
    }

    private static byte[] Allocate(Issuer issuer, long length)
    {
        Limit(issuer, length);
        return GC.AllocateUninitializedArray<byte>((int)length);
    }

    private static void Limit(Issuer issuer, long length)
    {
        var limit = Math.Min(issuer.MaxMessageBytes, Array.MaxLength);
        if (length > limit)
        {
            throw new StatementFailedException(FailureCode.MessageTooLarge, string.Create(CultureInfo.InvariantCulture,
                $"the finished message has at least {length} bytes and the issuer allows {limit}: make the document smaller or raise MaxMessageBytes"));
        }
    }

    // RFC 8551 §3.5.3.2.
    private static string MicAlgorithm(HashAlgorithmName hash) =>
        hash == HashAlgorithmName.SHA512 ? "sha-512" : hash == HashAlgorithmName.SHA384 ? "sha-384" : "sha-256";
}

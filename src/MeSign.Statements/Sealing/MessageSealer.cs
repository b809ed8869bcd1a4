using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Issuers;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Makes the message that leaves: S/MIME (RFC 8551) signed with a timestamp, then encrypted to every certificate given,
/// with protected header fields (RFC 9788). The finished message is one buffer of its exact size; payload, signature,
/// encryption and Base64 are written inside it, so that a large attachment is never copied from buffer to buffer.
/// </summary>
internal sealed class MessageSealer(CmsSigner signer, RecipientKeyCache keys)
{
    /// <param name="certificates">The recipient's certificates; empty for a message that is only signed.</param>
    /// <exception cref="StatementFailedException">MessageTooLarge.</exception>
    /// <exception cref="StatementDelayedException">No timestamp server answers.</exception>
    /// <exception cref="CryptographicException">A certificate's key must not be used for encryption.</exception>
    public async Task<SealedMessage> SealAsync(
        ComposedMessage message, Issuer issuer, IReadOnlyList<X509Certificate2> certificates, CancellationToken cancellationToken)
    {
        var encryption = certificates.Count > 0 ? EncryptionChoice.Make(issuer.Sealing, message.To.Address, certificates) : null;
        var encrypt = encryption is not null;
        var recipients = Recipients(certificates, issuer);
        var inner = new HeaderSection(message, message.Subject);
        var outer = encrypt ? new HeaderSection(message, issuer.OuterSubject) : inner;
        var payload = encrypt
            ? MimePayload.Build(message, inner, HeaderProtection.Cipher, outer, issuer.Sealing.LegacyDisplay ? new LegacyDisplay(message.Subject) : null)
            : MimePayload.Build(message, inner, HeaderProtection.Clear, outer: null, legacy: null);

        // What is certain to be too large is refused before it costs a signature and a timestamp.
        Limit(issuer, encrypt ? Base64Lines.EncodedLength(Base64Lines.EncodedLength(payload.Length)) : payload.Length);
        var signature = await signer.SignDetachedAsync(
            payload.Digest(issuer.Identity.Hash), issuer.Identity, CmsProfile.Smime, issuer.TimestampServers, cancellationToken);

        var form = encrypt ? issuer.Sealing.EncryptedSignature : SignatureForm.Clear;
        var entity = SignedEntity.Build(payload, signature.Der, form, issuer.Identity.Hash);
        var fields = Header(outer, encryption);
        // The signed entity brings its own Content-Type.
        var dkim = new DkimSignatures(issuer.Dkim, [.. HeaderText.Names(fields), .. encrypt ? Array.Empty<string>() : ["Content-Type"]], message.Date);
        var head = Encoding.UTF8.GetBytes(dkim.Room + fields);
        var eml = encryption is not null ? Encrypted(issuer, head, entity, recipients, encryption.Algorithm) : Signed(issuer, head, entity);
        await dkim.WriteAsync(eml, cancellationToken);
        return new(
            eml,
            encryption,
            recipients.Select(key => key.Thumbprint).ToArray(),
            message.MessageId,
            signature.Timestamp?.GenTime ?? message.Date);
    }

    private RecipientKey[] Recipients(IReadOnlyList<X509Certificate2> certificates, Issuer issuer)
    {
        var all = issuer.Sealing.Archive is { } archive && certificates.Count > 0 ? certificates.Append(archive) : certificates;
        return all.Select(keys.Get).DistinctBy(key => key.Thumbprint, StringComparer.Ordinal).ToArray();
    }

    private static byte[] Signed(Issuer issuer, byte[] head, SignedEntity entity)
    {
        var eml = Allocate(issuer, head.Length + entity.Length);
        head.CopyTo(eml, 0);
        entity.WriteTo(eml.AsSpan(head.Length));
        return eml;
    }

    /// <summary>RFC 8551 §3.3 or §3.4 around the signed entity.</summary>
    private static byte[] Encrypted(Issuer issuer, byte[] head, SignedEntity entity, RecipientKey[] recipients, ContentEncryption algorithm)
    {
        Limit(issuer, Base64Lines.EncodedLength(entity.Length));
        using var envelope = new Envelope(recipients, (int)entity.Length, algorithm, issuer.Sealing.KeyTransport);
        var eml = Allocate(issuer, head.Length + Base64Lines.EncodedLength(envelope.Length));

        // From the inside out, each layer at the end of the room that the next one has for it.
        var envelopeStart = eml.Length - (int)envelope.Length;
        entity.WriteTo(eml.AsSpan(envelopeStart + envelope.ContentOffset, (int)entity.Length));
        envelope.Close(eml.AsSpan(envelopeStart));
        Base64Lines.EncodeInPlace(eml, envelopeStart, head.Length);
        head.CopyTo(eml, 0);
        return eml;
    }

    private static string Header(HeaderSection fields, EncryptionChoice? encryption)
    {
        var text = new StringBuilder();
        fields.WriteTo(text);
        text.Append("MIME-Version: 1.0\r\n");
        if (encryption is not null)
        {
            var smimeType = encryption.Algorithm == ContentEncryption.Aes256Gcm ? "authEnveloped-data" : "enveloped-data";
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: application/pkcs7-mime; smime-type={smimeType};\r\n\tname=smime.p7m\r\n")
                .Append("Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n\r\n");
        }
        return text.ToString();
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
}

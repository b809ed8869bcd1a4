using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Issuers;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Makes the message that leaves: S/MIME (RFC 8551) signed with a timestamp, then encrypted to every certificate given,
/// with protected header fields (RFC 9788). Payload, signature, encryption and Base64 are made of each other piece by piece, so that
/// a large attachment is nowhere whole but where it came from.
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

        var entity = SignedEntity.Build(payload, signature.Der, encrypt ? issuer.Sealing.EncryptedSignature : SignatureForm.Clear, issuer.Identity.Hash);
        var fields = Fields(outer, encryption, entity);
        var body = encryption is null ? Signed(issuer, entity) : Encrypted(issuer, entity, recipients, encryption.Algorithm);
        var dkim = issuer.Dkim.Count > 0 ? await new DkimSignatures(fields, message.Date).SignAsync(issuer.Dkim, body.Pieces, cancellationToken) : "";
        var eml = body.Behind(Encoding.UTF8.GetBytes($"{dkim}{fields}\r\n"));
        Limit(issuer, eml.Length);
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

    private static MessageBytes Signed(Issuer issuer, SignedEntity entity)
    {
        Limit(issuer, entity.BodyLength);
        return MessageBytes.Of(entity.Body, entity.BodyLength, secret: null);
    }

    /// <summary>RFC 8551 §3.3 or §3.4 around the signed entity.</summary>
    private static MessageBytes Encrypted(Issuer issuer, SignedEntity entity, RecipientKey[] recipients, ContentEncryption algorithm)
    {
        Limit(issuer, Base64Lines.EncodedLength(entity.Length));
        var envelope = new Envelope(recipients, entity.Length, algorithm, issuer.Sealing.KeyTransport);
        return MessageBytes.Of(Base64Lines.Encode(envelope.Seal(entity.Read())), Base64Lines.EncodedLength(envelope.Length), envelope);
    }

    /// <summary>The header section outside; a message that is only signed is its signed entity.</summary>
    private static string Fields(HeaderSection section, EncryptionChoice? encryption, SignedEntity entity)
    {
        var text = new StringBuilder();
        section.WriteTo(text);
        text.Append("MIME-Version: 1.0\r\n");
        if (encryption is null)
            return text.Append(entity.Fields).ToString();

        var smimeType = encryption.Algorithm == ContentEncryption.Aes256Gcm ? "authEnveloped-data" : "enveloped-data";
        return text.Append(CultureInfo.InvariantCulture, $"Content-Type: application/pkcs7-mime; smime-type={smimeType};\r\n\tname=smime.p7m\r\n")
            .Append("Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n")
            .ToString();
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

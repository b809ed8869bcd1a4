using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Opens and judges an S/MIME message (RFC 8551), ours or anyone's: takes off encryption and signatures from the outside
/// in, compares protected header fields (RFC 9788), and says in plain words what does not fit together.
/// </summary>
public sealed class MessageOpener(CmsVerifier verifier)
{
    // Signed, encrypted, signed again and a mailing list's signature are four.
    private const int MaxLayers = 6;
    private const int MaxMimeDepth = 32;
    private const int MaxAttachments = 1000;

    /// <summary>The same with certificates that hold their private keys, RSA or EC.</summary>
    [OverloadResolutionPriority(1)]
    public OpenedMessage Open(
        ReadOnlyMemory<byte> eml, IReadOnlyList<X509Certificate2> keys, IReadOnlyList<X509Certificate2>? archives = null) =>
        Open(eml, keys.Where(certificate => certificate.HasPrivateKey).Select(DecryptionKey.Of).ToArray(), archives);

    /// <param name="eml">An RFC 5322 message.</param>
    /// <param name="keys">Tried on every encryption; may be none.</param>
    /// <param name="archives">
    /// Those of <paramref name="keys"/> that open the copies of what was sent to others; with any other, a message that was
    /// signed for somebody else is a problem.
    /// </param>
    /// <exception cref="FormatException">It is not a message.</exception>
    public OpenedMessage Open(
        ReadOnlyMemory<byte> eml, IReadOnlyList<DecryptionKey> keys, IReadOnlyList<X509Certificate2>? archives = null)
    {
        var outer = RawEntity.Read(eml);
        var layers = new List<MessageLayer>();
        var problems = new List<string>();
        var payload = TakeOff(outer, keys, layers, problems);

        var protection = payload is not null && layers.Count > 0 ? HeaderComparison.Compare(payload, outer.Headers) : new(null, []);
        var outerFields = Fields(outer.Headers);
        var fields = protection.Protection is not null ? Fields(payload!.Headers) : outerFields;
        var opened = new OpenedMessage
        {
            Layers = layers,
            Fields = fields,
            OuterFields = outerFields,
            HeaderProtection = protection,
            Attachments = [],
            Problems = problems,
        };
        // Before RFC 9788 clients marked signed fields so, and left the outside as it was (draft-autocrypt-lamps-protected-headers).
        var hasFields = protection.Protection is not null || payload?.ContentType.Parameters["protected-headers"] == "v1";
        var inside = hasFields ? payload!.Headers : null;
        problems.AddRange(new MessageJudge(opened, outer.Headers, inside, archives ?? []).Problems());
        return payload is null ? opened : WithContent(opened, payload, problems);
    }

    /// <returns>The entity inside all layers; null where one stayed closed.</returns>
    private RawEntity? TakeOff(RawEntity entity, IReadOnlyList<DecryptionKey> keys, List<MessageLayer> layers, List<string> problems)
    {
        for (var depth = 0; ; depth++)
        {
            var isCms = entity.ContentType.IsMimeType("application", "pkcs7-mime") || entity.ContentType.IsMimeType("application", "x-pkcs7-mime");
            if (!isCms && !entity.ContentType.IsMimeType("multipart", "signed"))
                return entity;
            if (depth == MaxLayers)
            {
                problems.Add($"The message has more than {MaxLayers} layers of encryption and signatures.");
                return null;
            }

            try
            {
                var inner = isCms ? OpenCms(entity.DecodedBody(), keys, layers, problems) : OpenMultipartSigned(entity, layers, problems);
                if (inner is null)
                    return null;
                entity = inner;
            }
            catch (Exception exception) when (exception is AsnContentException or FormatException)
            {
                problems.Add($"A layer cannot be read: {exception.Message}");
                return null;
            }
        }
    }

    private RawEntity? OpenCms(ReadOnlyMemory<byte> der, IReadOnlyList<DecryptionKey> keys, List<MessageLayer> layers, List<string> problems)
    {
        var info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        var type = info.ReadObjectIdentifier();
        if (type == CmsOids.SignedData)
        {
            var verdict = verifier.VerifyOpaque(der, CmsProfile.Smime);
            layers.Add(new SignatureLayer(IsOpaque: true, verdict));
            problems.AddRange(verdict.AllProblems);
            return verdict.Content is { } content ? RawEntity.Read(content) : null;
        }
        if (type is not (CmsOids.EnvelopedData or CmsOids.AuthEnvelopedData))
        {
            problems.Add($"A layer is CMS of type {type}, which is neither signed nor encrypted data.");
            return null;
        }

        var authenticated = type == CmsOids.AuthEnvelopedData;
        var encrypted = EncryptedContent.Read(info.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)), authenticated);
        var (plain, openedBy) = Decrypt(encrypted, keys, problems);
        layers.Add(new EncryptionLayer(
            CmsNames.Of(encrypted.Algorithm),
            authenticated,
            encrypted.Keys.Select(key => new EncryptedTo(key.Recipient, CmsNames.Of(key.Algorithm))).ToArray(),
            openedBy));
        return plain is null ? null : RawEntity.Read(plain);
    }

    private static (byte[]? Plain, X509Certificate2? OpenedBy) Decrypt(
        EncryptedContent encrypted, IReadOnlyList<DecryptionKey> keys, List<string> problems)
    {
        var fits = from own in keys
                   from key in encrypted.Keys
                   where key.IsFor(own.Certificate)
                   select (own, key);
        var tried = false;
        foreach (var (own, key) in fits)
        {
            tried = true;
            try
            {
                return (encrypted.Decrypt(key, own), own.Certificate);
            }
            catch (CryptographicException exception)
            {
                problems.Add($"The encryption does not open: {exception.Message}");
            }
        }
        if (!tried)
            problems.Add(keys.Count == 0 ? "The message is encrypted and no key was given." : "The message is encrypted to none of the given keys.");
        return (null, null);
    }

    private RawEntity? OpenMultipartSigned(RawEntity entity, List<MessageLayer> layers, List<string> problems)
    {
        var parts = entity.Parts(most: 3);
        if (parts.Count != 2)
        {
            problems.Add("A multipart/signed has two parts, the content and its signature; this one has not.");
            return null;
        }

        var signature = RawEntity.Read(parts[1]);
        using var content = new MemoryStream(CanonicalLines(parts[0]));
        var verdict = verifier.VerifyDetached(signature.DecodedBody(), content, CmsProfile.Smime);
        layers.Add(new SignatureLayer(IsOpaque: false, verdict));
        problems.AddRange(verdict.AllProblems);
        return RawEntity.Read(parts[0]);
    }

    private static OpenedMessage WithContent(OpenedMessage opened, RawEntity payload, List<string> problems)
    {
        var options = ParserOptions.Default.Clone();
        options.MaxMimeDepth = MaxMimeDepth;
        using var stream = new MemoryStream(payload.Bytes.ToArray(), writable: false);
        try
        {
            using var message = MimeMessage.Load(options, stream, CancellationToken.None);
            var attachments = message.Attachments.OfType<MimePart>().Take(MaxAttachments).Select(Attachment).ToArray();
            // RFC 9788 §4.5.3.1: in a message that says and is encrypted.
            var isEncrypted = opened is { HeaderProtection.Protection: "cipher", Encryption: not null };
            return opened with
            {
                Text = isEncrypted && Shows(message, "plain") ? LegacyDisplay.OutOfText(message.TextBody ?? "") : message.TextBody,
                Html = isEncrypted && Shows(message, "html") ? LegacyDisplay.OutOfHtml(message.HtmlBody ?? "") : message.HtmlBody,
                Attachments = attachments,
            };
        }
        catch (FormatException exception)
        {
            problems.Add($"The content cannot be read: {exception.Message}");
            return opened;
        }
    }

    private static bool Shows(MimeMessage message, string subtype) => message.BodyParts.OfType<TextPart>()
        .FirstOrDefault(part => part.ContentType.IsMimeType("text", subtype) && !part.IsAttachment)?.ContentType.Parameters["hp-legacy-display"] == "1";

    private static OpenedAttachment Attachment(MimePart part)
    {
        using var content = new MemoryStream();
        part.Content?.DecodeTo(content, CancellationToken.None);
        return new(part.FileName ?? "unnamed", part.ContentType.MimeType, content.GetBuffer().AsMemory(0, (int)content.Length));
    }

    private static MessageFields Fields(HeaderList headers) => new(
        Address(headers, HeaderId.From),
        Address(headers, HeaderId.To),
        headers[HeaderId.Subject],
        headers[HeaderId.Date] is { } date && MimeKit.Utils.DateUtils.TryParse(date, out var parsed) ? parsed : null,
        headers[HeaderId.MessageId]?.Trim('<', '>', ' '));

    private static string? Address(HeaderList headers, HeaderId field) =>
        headers.FirstOrDefault(header => header.Id == field) is { } header && MailAddresses.Read(header.RawValue) is [MailboxAddress mailbox] ? mailbox.Address : null;

    // RFC 8551 §3.1.1: what was signed had CRLF; a file saved on Unix may have lost the CR.
    private static byte[] CanonicalLines(ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        var bare = 0;
        for (var i = 0; i < bytes.Length; i++)
            bare += bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r') ? 1 : 0;
        if (bare == 0)
            return bytes.ToArray();

        var canonical = new byte[bytes.Length + bare];
        var at = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r'))
                canonical[at++] = (byte)'\r';
            canonical[at++] = bytes[i];
        }
        return canonical;
    }
}

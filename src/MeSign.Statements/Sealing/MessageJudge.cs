using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;
using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>
/// What speaks against a message whose layers are off: who says to have written it, to whom, when, and whether it came in
/// the wrapping that its sender gave it.
/// </summary>
/// <param name="message">Layers and fields, as opened so far.</param>
/// <param name="outside">The header section that travelled in the open.</param>
/// <param name="inside">The header section under the signature; null where it was not reached or protects nothing.</param>
/// <param name="archives">Certificates that open copies of what was sent to others.</param>
internal sealed class MessageJudge(OpenedMessage message, HeaderList outside, HeaderList? inside, IReadOnlyList<X509Certificate2> archives)
{
    private static readonly TimeSpan DateTolerance = TimeSpan.FromHours(1);

    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems()
    {
        foreach (var difference in message.HeaderProtection.Differences.Where(difference => !difference.MadeBySender))
            _problems.Add($"The field {difference.Name} was changed on the way.");
        if (outside.Count(header => header.Id == HeaderId.From) > 1)
            _problems.Add("There is more than one From field: mail programs differ in which they show.");

        if (message.Signature is { } signature)
        {
            JudgeWrapping();
            JudgeSender(signature);
            JudgeAddressee();
            JudgeDate(signature);
        }
        else if (message.Layers.Count == 0)
        {
            _problems.Add("The message is neither signed nor encrypted.");
        }
        else if (message.Layers is [EncryptionLayer { OpenedBy: not null } encryption])
        {
            // RFC 8551 §6: CBC lets whoever holds a copy splice it; an AEAD alone lets anyone be the sender.
            _problems.Add(encryption.IsAuthenticated
                ? "The message is encrypted but not signed: anyone can have written it."
                : $"The message is encrypted but not signed: anyone can have written it, and {encryption.Algorithm} alone does not show what was spliced into it.");
        }
        return _problems;
    }

    /// <summary>RFC 9788 §2.1: <c>hp</c> says how the sender sent it; a wrapping put on or taken off on the way does not fit.</summary>
    private void JudgeWrapping()
    {
        var encrypted = message.Encryption is not null;
        if (message.HeaderProtection.Protection == "clear" && encrypted)
            _problems.Add("Its sender signed it to be sent without encryption (hp=\"clear\"): somebody else encrypted it.");
        if (message.HeaderProtection.Protection == "cipher" && !encrypted)
            _problems.Add("Its sender signed it to be sent encrypted (hp=\"cipher\"): somebody decrypted it and sent it on.");

        // Whoever signs around a ciphertext need not know what is in it.
        if (message.Layers[^1] is EncryptionLayer { OpenedBy: not null })
            _problems.Add("The signature is around the encryption and not on the content: the signer need not have known it.");
    }

    private void JudgeSender(SignatureLayer signature)
    {
        var senders = new[] { (message.OuterFields.From, Where: "outer "), (message.Fields.From, Where: "") }.DistinctBy(pair => pair.From, StringComparer.OrdinalIgnoreCase).ToArray();
        foreach (var where in senders.Where(sender => sender.From is null).Select(sender => sender.Where))
            _problems.Add($"The {where}From field is not one address.");

        // Where several have signed, a reader is shown any of them.
        foreach (var certificate in signature.Verdict.Signers.Select(signer => signer.Certificate).OfType<X509Certificate2>())
        {
            var vouched = CertificateAddresses.Read(certificate);
            foreach (var (from, where) in senders)
            {
                if (from is not null && !Names(vouched, from))
                    _problems.Add($"The {where}From address {from} is not the signer's: the certificate is for {List(vouched)}.");
            }
        }
    }

    /// <summary>
    /// Signing does not bind the reader: whoever gets a signed message can encrypt it to a third, who then takes it as
    /// written to himself. The signed To and Cc tell.
    /// </summary>
    private void JudgeAddressee()
    {
        if (inside is null || message.Encryption?.OpenedBy is not { } reader || archives.Any(archive => archive.RawDataMemory.Span.SequenceEqual(reader.RawDataMemory.Span)))
            return;

        var readers = CertificateAddresses.Read(reader);
        var addressees = Addresses(inside, HeaderId.To).Concat(Addresses(inside, HeaderId.Cc)).ToArray();
        var isOwnCopy = message.Fields.From is { } from && Names(readers, from);
        if (!isOwnCopy && !addressees.Any(address => Names(readers, address)))
        {
            _problems.Add($"It was signed for {(addressees.Length == 0 ? "nobody that it names" : string.Join(", ", addressees.Take(5)))} "
                + $"and opened with a certificate of {List(readers)}: somebody may have sent on what was meant for another.");
        }
    }

    private void JudgeDate(SignatureLayer signature)
    {
        var signer = signature.Verdict.Signer;
        var at = signer is { Timestamp: { IsValid: true, GenTime: { } genTime } } ? genTime : signer?.SigningTime;
        if (message.Fields.Date is not { } date)
            _problems.Add("There is no readable Date field.");
        else if (at is { } signed && (date - signed).Duration() > DateTolerance)
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"The Date field says {date:u} and the signature was made {signed:u}."));
    }

    private static bool Names(IReadOnlyList<EmailAddress> vouched, string address) =>
        EmailAddress.TryParse(address, out var parsed, out _)
        && vouched.Any(own => CertificateAddresses.Match(own, parsed, caseSensitiveLocalPart: false));

    private static IEnumerable<string> Addresses(HeaderList headers, HeaderId field) =>
        from header in headers
        where header.Id == field
        from mailbox in MailAddresses.Read(header.RawValue)?.Mailboxes ?? []
        select mailbox.Address;

    private static string List(IReadOnlyList<EmailAddress> addresses) =>
        addresses.Count == 0 ? "no address" : string.Join(", ", addresses.Select(address => address.Text));
}

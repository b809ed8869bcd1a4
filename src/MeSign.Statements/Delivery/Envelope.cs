using System.Text;
using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>Who an SMTP transaction is from and for: one recipient always, so that one reply is about one statement.</summary>
/// <param name="ReturnPath">Where bounces go (MAIL FROM).</param>
/// <param name="Recipient">RCPT TO.</param>
/// <param name="Id">ENVID (RFC 3461 §4.4): what a bounce calls the message by.</param>
public sealed record Envelope(string ReturnPath, string Recipient, string? Id = null)
{
    /// <summary>Stands in an issuer's return path for the message's name, so that every message has a return path of its own.</summary>
    private const string Variable = "{id}";

    /// <summary>Whether the relay must offer SMTPUTF8 (RFC 6531 §3.2): a domain has A-labels to go by, a local part has not.</summary>
    public bool NeedsSmtpUtf8 => !Ascii.IsValid(LocalPart(ReturnPath)) || !Ascii.IsValid(LocalPart(Recipient));

    /// <summary>What limits per domain go by: A-labels, lower case.</summary>
    public string RecipientDomain => EmailAddress.TryParse(Recipient, out var address, out _) ? address.Domain : Recipient[(Recipient.LastIndexOf('@') + 1)..];

    /// <summary>
    /// The envelope of a finished message: to whom its To field says, under the name that its Message-ID begins with. The
    /// return path has that name where it says <c>{id}</c>.
    /// </summary>
    /// <exception cref="InvalidDataException">The message has not exactly one recipient in its To field.</exception>
    public static Envelope Of(ReadOnlyMemory<byte> eml, string returnPath)
    {
        using var stream = new MemoryStream(eml.ToArray(), writable: false);
        var headers = HeaderList.Load(stream, CancellationToken.None);
        if (headers.Where(header => header.Id == HeaderId.To).ToList() is [var to]
            && InternetAddressList.TryParse(to.RawValue, out var addresses)
            && addresses is [MailboxAddress recipient])
        {
            var id = headers[HeaderId.MessageId]?.Trim().TrimStart('<').Split('@')[0];
            if (string.IsNullOrEmpty(id) || !id.All(char.IsAsciiLetterOrDigit))
                id = null;
            return new Envelope(returnPath.Replace(Variable, id ?? "unnamed", StringComparison.Ordinal), recipient.Address, id);
        }

        throw new InvalidDataException("the sealed message does not have exactly one address in its To field");
    }

    private static ReadOnlySpan<char> LocalPart(string address) =>
        address.LastIndexOf('@') is var at and >= 0 ? address.AsSpan(0, at) : address;
}

using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>Who an SMTP transaction is from and for: one recipient always, so that one reply is about one statement.</summary>
/// <param name="ReturnPath">Where bounces go (MAIL FROM).</param>
/// <param name="Recipient">RCPT TO.</param>
public sealed record Envelope(string ReturnPath, string Recipient)
{
    /// <summary>The envelope of a finished message: to whom its To field says.</summary>
    /// <exception cref="InvalidDataException">The message has not exactly one recipient in its To field.</exception>
    public static Envelope Of(ReadOnlyMemory<byte> eml, string returnPath)
    {
        using var stream = new MemoryStream(eml.ToArray(), writable: false);
        var headers = HeaderList.Load(stream, CancellationToken.None);
        if (headers.Where(header => header.Id == HeaderId.To).ToList() is [var to]
            && InternetAddressList.TryParse(to.RawValue, out var addresses)
            && addresses is [MailboxAddress recipient])
        {
            return new Envelope(returnPath, recipient.Address);
        }

        throw new InvalidDataException("the sealed message does not have exactly one address in its To field");
    }
}

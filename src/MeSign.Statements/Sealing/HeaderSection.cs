using System.Text;
using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>A message's non-structural header fields (RFC 9787 §1.1.1), encoded and folded, ready for the wire.</summary>
internal sealed class HeaderSection
{
    private const int MaxLine = 76;

    private readonly List<(string Name, string Value)> fields = [];

    /// <param name="subject">The message's own subject, or the one that stands in for it on the outside.</param>
    public HeaderSection(ComposedMessage message, string subject)
    {
        using var mime = new MimeMessage();
        mime.Headers.Clear();
        mime.From.Add(Mailbox(message.From));
        mime.To.Add(Mailbox(message.To));
        if (message.ReplyTo is { } replyTo)
            mime.ReplyTo.Add(Mailbox(replyTo));
        mime.Subject = subject;
        mime.Date = message.Date;
        mime.MessageId = message.MessageId;
        foreach (var field in message.Fields)
            mime.Headers.Add(field.Name, field.Value);

        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        options.International = NeedsUtf8(message);

        using var stream = new MemoryStream();
        mime.Headers.WriteTo(options, stream, CancellationToken.None);
        var text = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        foreach (var line in text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is ' ' or '\t')
            {
                fields[^1] = (fields[^1].Name, $"{fields[^1].Value}\r\n{line}");
            }
            else
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                fields.Add((line[..colon], line[(colon + 1)..].TrimStart(' ')));
            }
        }
    }

    public void WriteTo(StringBuilder target)
    {
        foreach (var (name, value) in fields)
            Write(target, name, value);
    }

    /// <summary>
    /// RFC 9788 §2.2: one HP-Outer for each field of the outer section, so that the reader can tell what the sender put
    /// there from what somebody changed on the way.
    /// </summary>
    public void WriteAsOuter(StringBuilder target)
    {
        foreach (var (name, value) in fields)
            Write(target, $"HP-Outer: {name}", value);
    }

    // RFC 6532 is needed only where a local part is not ASCII; a domain has its A-label and a name its encoded words.
    private static bool NeedsUtf8(ComposedMessage message) =>
        new[] { message.From.Address, message.To.Address, message.ReplyTo?.Address }.Any(address =>
            address is not null && !Ascii.IsValid(address.AsSpan(0, Math.Max(0, address.LastIndexOf('@')))));

    private static MailboxAddress Mailbox(MailParty party) => new(Encoding.UTF8, party.Name, party.Address);

    private static void Write(StringBuilder target, string name, string value)
    {
        var firstLine = value.IndexOf("\r\n", StringComparison.Ordinal) is var end and >= 0 ? end : value.Length;
        target.Append(name).Append(':');
        if (name.Length + 2 + firstLine > MaxLine && firstLine > 0)
            target.Append("\r\n");
        if (firstLine > 0)
            target.Append(' ');
        target.Append(value).Append("\r\n");
    }
}

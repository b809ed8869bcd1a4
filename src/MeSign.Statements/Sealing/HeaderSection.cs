using System.Text;

namespace MeSign.Statements.Sealing;

/// <summary>A message's non-structural header fields (RFC 9787 §1.1.1), encoded and folded, ready for the wire.</summary>
internal sealed class HeaderSection
{
    private readonly List<(string Name, string Value)> _fields = [];

    /// <param name="subject">The message's own subject, or the one that stands in for it on the outside.</param>
    public HeaderSection(ComposedMessage message, string subject)
    {
        var international = NeedsUtf8(message);
        Add("From", HeaderText.Mailbox(message.From, international));
        Add("To", HeaderText.Mailbox(message.To, international));
        if (message.ReplyTo is { } replyTo)
            Add("Reply-To", HeaderText.Mailbox(replyTo, international));
        Add("Subject", HeaderText.Unstructured(subject));
        Add("Date", HeaderText.Date(message.Date));
        Add("Message-ID", $"<{message.MessageId}>");
        foreach (var field in message.Fields)
            Add(field.Name, field.Value);
    }

    public void WriteTo(StringBuilder target)
    {
        foreach (var (name, value) in _fields)
            HeaderText.AppendField(target, name, value);
    }

    /// <summary>
    /// RFC 9788 §2.2: one HP-Outer for each field of the outer section, so that the reader can tell what the sender put
    /// there from what somebody changed on the way.
    /// </summary>
    public void WriteAsOuter(StringBuilder target)
    {
        foreach (var (name, value) in _fields)
            HeaderText.AppendOuter(target, name, value);
    }

    private void Add(string name, string value) => _fields.Add((name, value));

    // RFC 6532 is needed only where a local part is not ASCII; a domain has its A-label and a name its encoded words.
    private static bool NeedsUtf8(ComposedMessage message) =>
        new[] { message.From.Address, message.To.Address, message.ReplyTo?.Address }.Any(address =>
            address is not null && !Ascii.IsValid(address.AsSpan(0, Math.Max(0, address.LastIndexOf('@')))));
}

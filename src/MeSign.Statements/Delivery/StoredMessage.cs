using System.Text;
using MimeKit;

namespace MeSign.Statements.Delivery;

/// <summary>
/// A finished message in the shape that MailKit sends. Nothing of it is parsed or written anew: the header section goes in as
/// one raw field, the body as <see cref="StoredBody"/>, so that what leaves are the stored bytes (with the dots of RFC 5321
/// §4.5.2 added where DATA is used).
/// </summary>
internal sealed class StoredMessage : MimeMessage
{
    /// <param name="eml">The message; without a <see cref="WireFormat.Fault"/>.</param>
    /// <param name="client">The connection that it will go over.</param>
    /// <param name="leaving">Called once, when its body is about to leave.</param>
    public StoredMessage(ReadOnlyMemory<byte> eml, RelayClient client, Func<Task> leaving)
    {
        Length = eml.Length;

        // The CRLF of the last field belongs to it; the one of the empty line is written by MimeKit.
        var headerLength = eml.Span.IndexOf("\r\n\r\n"u8) + 2;
        var colon = eml.Span.IndexOf((byte)':');
        var section = new Header(Encoding.ASCII, Encoding.ASCII.GetString(eml.Span[..colon]), "-");
        section.SetRawValue(eml[(colon + 1)..headerLength].ToArray());
        Headers.Clear();
        Headers.Add(section);

        Content = new StoredBody(eml[(headerLength + 2)..], client, leaving);
        Body = Content;
    }

    public long Length { get; }

    public StoredBody Content { get; }

    /// <summary>Whether the relay took MAIL FROM.</summary>
    public bool SenderTaken { get; set; }

    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
    }
}

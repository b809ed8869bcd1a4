using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MeSign.Statements.Sealing;

/// <summary>
/// The MIME entity that is signed: the Cryptographic Payload of RFC 9787 with its protected header fields. It is a row of
/// pieces; an attachment stays where it is and becomes Base64 on its way into the digest and into the message.
/// </summary>
internal sealed class MimePayload
{
    private readonly List<Piece> _pieces = [];
    private readonly StringBuilder _text = new();

    private MimePayload()
    {
    }

    /// <summary>Bytes of the entity.</summary>
    public long Length { get; private set; }

    public static MimePayload Build(ComposedMessage message, HeaderSection headers, HeaderProtection protection, HeaderSection? outer, LegacyDisplay? legacy)
    {
        var payload = new MimePayload();
        headers.WriteTo(payload._text);
        outer?.WriteAsOuter(payload._text);

        var hp = protection == HeaderProtection.Cipher ? "cipher" : "clear";
        // protected-headers: what clients looked for before RFC 9788 (draft-autocrypt-lamps-protected-headers).
        var parameters = $"; hp=\"{hp}\"; protected-headers=\"v1\"";
        if (message.Attachments.Count == 0)
        {
            payload.AddAlternative(message, legacy, parameters);
        }
        else
        {
            var boundary = Boundary();
            payload.AddMultipart("mixed", boundary, message.Language, parameters);
            payload._text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n");
            payload.AddAlternative(message, legacy, parameters: "");
            foreach (var attachment in message.Attachments)
            {
                payload._text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n");
                payload.AddAttachment(attachment);
            }
            payload._text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
        }
        payload.CloseText();
        return payload;
    }

    public static string Boundary() => $"=_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    public byte[] Digest(HashAlgorithmName algorithm)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        foreach (var piece in Read())
            hash.AppendData(piece.Span);
        return hash.GetHashAndReset();
    }

    /// <summary>The entity, each piece good until the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Read() => _pieces.SelectMany(piece => piece.Base64 ? Base64Lines.Encode([piece.Bytes]) : [piece.Bytes]);

    private void AddAlternative(ComposedMessage message, LegacyDisplay? legacy, string parameters)
    {
        var boundary = Boundary();
        AddMultipart("alternative", boundary, message.Language, parameters);
        _text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n");
        AddText("plain", legacy?.InText(message.Text) ?? message.Text, legacy);
        _text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n");
        AddHtml(message, legacy);
        _text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
    }

    /// <summary>RFC 2387: the images beside the text that shows them, not among the attachments.</summary>
    private void AddHtml(ComposedMessage message, LegacyDisplay? legacy)
    {
        var html = legacy?.InHtml(message.Html) ?? message.Html;
        if (message.Images.Count == 0)
        {
            AddText("html", html, legacy);
            return;
        }

        var boundary = Boundary();
        AddMultipart("related", boundary, message.Language, "; type=\"text/html\"");
        _text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n");
        AddText("html", html, legacy);
        foreach (var image in message.Images)
        {
            _text.Append(CultureInfo.InvariantCulture,
                $"--{boundary}\r\nContent-Type: {image.MediaType}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{image.ContentId}>\r\n" +
                $"Content-Disposition: inline; filename={image.FileName}\r\n\r\n");
            AddBase64(image.Content);
        }
        _text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
    }

    private void AddMultipart(string subtype, string boundary, string language, string parameters) =>
        _text.Append(CultureInfo.InvariantCulture,
            $"Content-Type: multipart/{subtype};\r\n\tboundary=\"{boundary}\"{parameters.Replace("; ", ";\r\n\t", StringComparison.Ordinal)}\r\nContent-Language: {language}\r\n\r\n");

    private void AddText(string subtype, string content, LegacyDisplay? legacy)
    {
        _text.Append(CultureInfo.InvariantCulture,
            $"Content-Type: text/{subtype}; charset=utf-8{(legacy is null ? "" : LegacyDisplay.Parameter)}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
        QuotedPrintable.Append(_text, content);
        _text.Append("\r\n");
    }

    private void AddAttachment(MailAttachment attachment)
    {
        // Some programs look for the name in the one field and some in the other.
        _text.Append(CultureInfo.InvariantCulture, $"Content-Type: {attachment.MediaType}");
        MimeParameter.Append(_text, "name", attachment.FileName);
        _text.Append("\r\nContent-Disposition: attachment");
        MimeParameter.Append(_text, "filename", attachment.FileName);
        _text.Append("\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        AddBase64(attachment.Content);
    }

    private void AddBase64(ReadOnlyMemory<byte> content)
    {
        CloseText();
        _pieces.Add(new(content, Base64: true));
        Length += Base64Lines.EncodedLength(content.Length);
    }

    private void CloseText()
    {
        if (_text.Length == 0)
            return;
        var characters = ArrayPool<char>.Shared.Rent(_text.Length);
        _text.CopyTo(0, characters, _text.Length);
        var bytes = Encoding.UTF8.GetBytes(characters, 0, _text.Length);
        ArrayPool<char>.Shared.Return(characters, clearArray: true);
        _text.Clear();
        _pieces.Add(new(bytes, Base64: false));
        Length += bytes.Length;
    }

    private sealed record Piece(ReadOnlyMemory<byte> Bytes, bool Base64);
}

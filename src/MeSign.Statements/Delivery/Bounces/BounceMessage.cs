using System.Text;
using MimeKit;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// A message taken apart for reading: its header, its texts up to the copy of the original, its reports, and the original's
/// header. Everything is cut to a bound: what a report has to say, it says early.
/// </summary>
internal sealed class BounceMessage
{
    private const int MaxText = 64 << 10;
    private const int MaxParts = 64;
    private const int MaxDepth = 12;

    private const int LongestField = 64 << 10;
    private const int LongestValue = 4000;

    /// <summary>A notice that ends sooner, and names nobody, was cut in the wrong place.</summary>
    private const int ShortestNotice = 50;

    private readonly StringBuilder _notice = new();
    private readonly StringBuilder _html = new();
    private int _parts;
    private MimeMessage? _report;

    private BounceMessage()
    {
    }

    public MailFields Header { get; } = new();

    /// <summary>Media type of the whole, lower case.</summary>
    public string ContentType { get; private set; } = "text/plain";

    /// <summary>report-type of a multipart/report (RFC 6522), lower case.</summary>
    public string? ReportType { get; private set; }

    /// <summary>Text for people, without the copy of the original.</summary>
    public string Notice { get; private set; } = "";

    /// <summary>Whether it has no header at all: somebody kept the text only.</summary>
    public bool IsBare => Header.Count == 0;

    public string? DeliveryStatus { get; private set; }

    public string? FeedbackReport { get; private set; }

    public string? DispositionNotification { get; private set; }

    /// <summary>Header of the message that it is about, where it is there.</summary>
    public MailFields? Original { get; private set; }

    public static BounceMessage Read(ReadOnlyMemory<byte> bytes)
    {
        var options = new ParserOptions { MaxMimeDepth = MaxDepth, AllowAddressesWithoutDomain = true, CharsetEncoding = Encoding.Latin1 };
        using var stream = new MemoryStream(BounceBytes.Normalise(bytes.Span[..Math.Min(bytes.Length, BounceReader.MaxBytes)]), writable: false);
        try
        {
            var message = new MimeParser(options, stream, MimeFormat.Entity).ParseMessage(CancellationToken.None);
            var read = new BounceMessage();
            read.Take(message, bytes);
            return read.Unwrap(bytes);
        }
        catch (FormatException)
        {
            var bare = new BounceMessage();
            bare.TakeText(MailCharset.Decode(bytes.Span[..Math.Min(bytes.Length, MaxText)], null));
            return bare;
        }
    }

    private void Take(MimeMessage message, ReadOnlyMemory<byte> bytes)
    {
        foreach (var header in message.Headers)
            Header.Add(header.Field, ValueOf(header));
        if (message.Body is null)
            return;

        ContentType = message.Body.ContentType.MimeType.ToLowerInvariant();
        ReportType = message.Body.ContentType.Parameters["report-type"]?.Trim().ToLowerInvariant();
        foreach (var header in message.Body.Headers)
            Header.Add(header.Field, ValueOf(header));

        Walk(message.Body, 0);
        var text = _notice.ToString();
        if (string.IsNullOrWhiteSpace(text))
            text = HtmlText.Read(_html.ToString());
        if (string.IsNullOrWhiteSpace(text) && DeliveryStatus is null && FeedbackReport is null)
            text = RawBody(bytes);
        TakeText(text);
    }

    private void TakeText(string text)
    {
        var end = OriginalCopy.Find(text);
        Notice = text.AsSpan(0, end).Trim() is { Length: < ShortestNotice } start && !start.Contains('@') ? text : text[..end];
        Original ??= OriginalCopy.ReadHeader(text[end..]);
    }

    /// <summary>Gateways and lists pass a report on as an attachment of a message that says nothing of its own.</summary>
    private BounceMessage Unwrap(ReadOnlyMemory<byte> bytes)
    {
        if (_report is null || DeliveryStatus is not null || FeedbackReport is not null || DispositionNotification is not null)
            return this;

        var inner = new BounceMessage();
        foreach (var (name, value) in BounceAddresses.RecipientFields.SelectMany(name => Header.All(name).Select(value => (name, value))))
            inner.Header.Add(name, value);
        inner.Take(_report, bytes);
        return inner;
    }

    private void Walk(MimeEntity entity, int depth)
    {
        if (++_parts > MaxParts || depth > MaxDepth)
            return;

        switch (entity)
        {
            case Multipart multipart:
                foreach (var part in multipart)
                    Walk(part, depth + 1);
                break;

            // Also text/rfc822-headers.
            case MessagePart { Message: { } inner }:
                Original ??= FieldsOf(inner);
                if (inner.Body?.ContentType is { } type && type.IsMimeType("multipart", "report") && type.Parameters["report-type"] is { } report && report.Contains("delivery-status", StringComparison.OrdinalIgnoreCase))
                    _report ??= inner;
                break;

            case MimePart part:
                Take(part);
                break;
        }
    }

    private void Take(MimePart part)
    {
        switch (part.ContentType.MimeType.ToLowerInvariant())
        {
            case "message/delivery-status" or "message/global-delivery-status":
                DeliveryStatus ??= TextOf(part);
                break;
            case "message/feedback-report":
                FeedbackReport ??= TextOf(part);
                break;
            case "message/disposition-notification" or "message/global-disposition-notification":
                DispositionNotification ??= TextOf(part);
                break;
            case "text/rfc822-headers" or "message/rfc822" or "message/global" or "message/global-headers":
                Original ??= MailFields.ReadGroups(TextOf(part), most: 1) is [var fields] ? fields : null;
                break;
            case "text/html":
                Append(_html, TextOf(part));
                break;
            case var type when type.StartsWith("text/", StringComparison.Ordinal):
                Append(_notice, TextOf(part));
                break;
        }
    }

    /// <summary>What follows the header, for messages whose parts cannot be told apart.</summary>
    private static string RawBody(ReadOnlyMemory<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes.Span[..Math.Min(bytes.Length, MaxText)]).ReplaceLineEndings("\n");
        var body = text.IndexOf("\n\n", StringComparison.Ordinal);
        return body < 0 ? "" : text[(body + 2)..];
    }

    private static void Append(StringBuilder to, string text)
    {
        to.Append(text, 0, Math.Min(text.Length, Math.Max(0, MaxText - to.Length)));
        to.Append('\n');
    }

    private static string TextOf(MimePart part)
    {
        if (part.Content is null)
            return "";

        using var memory = new MemoryStream();
        part.Content.DecodeTo(memory, CancellationToken.None);
        return MailCharset.Decode(memory.GetBuffer().AsSpan(0, (int)Math.Min(memory.Length, MaxText)), part.ContentType.Charset);
    }

    private static MailFields FieldsOf(MimeMessage message)
    {
        var fields = new MailFields();
        foreach (var header in message.Headers.Concat(message.Body?.Headers ?? []))
            fields.Add(header.Field, ValueOf(header));
        return fields;
    }

    /// <summary>Longer ones are not decoded: that costs a hundred times their length.</summary>
    private static string ValueOf(Header header)
    {
        var value = header.RawValue.Length > LongestField ? Encoding.Latin1.GetString(header.RawValue.AsSpan(0, LongestValue)) : header.Value;
        return value.Length > LongestValue ? value[..LongestValue] : value;
    }
}

using System.Text;
using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>A MIME entity as its exact bytes: signatures are over bytes, not over what a parser made of them.</summary>
internal sealed class RawEntity
{
    // More than any honest header section; parsing costs more than its length.
    private const int MaxHeaderBytes = 1 << 20;

    private RawEntity(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> body, HeaderList headers)
    {
        Bytes = bytes;
        Body = body;
        Headers = headers;
        ContentType = Headers[HeaderId.ContentType] is { } value && ContentType.TryParse(value, out var type) ? type : new("text", "plain");
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public HeaderList Headers { get; }

    public ContentType ContentType { get; }

    /// <exception cref="FormatException">It does not begin with a header section.</exception>
    public static RawEntity Read(ReadOnlyMemory<byte> bytes)
    {
        var end = HeaderLength(bytes.Span);
        if (end > MaxHeaderBytes)
            throw new FormatException("The header section is larger than 1 MiB.");
        using var stream = new MemoryStream(bytes[..end].ToArray(), writable: false);
        return new(bytes, bytes[end..], HeaderList.Load(stream, CancellationToken.None));
    }

    /// <summary>The body with its transfer encoding taken off.</summary>
    public ReadOnlyMemory<byte> DecodedBody()
    {
        var encoding = Headers[HeaderId.ContentTransferEncoding]?.Trim();
        if (!string.Equals(encoding, "base64", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(encoding, "quoted-printable", StringComparison.OrdinalIgnoreCase))
        {
            return Body;
        }

        MimeKit.Encodings.IMimeDecoder decoder = string.Equals(encoding, "base64", StringComparison.OrdinalIgnoreCase)
            ? new MimeKit.Encodings.Base64Decoder()
            : new MimeKit.Encodings.QuotedPrintableDecoder();
        var encoded = Body.ToArray();
        var decoded = new byte[decoder.EstimateOutputLength(encoded.Length)];
        var length = decoder.Decode(encoded, 0, encoded.Length, decoded);
        return decoded.AsMemory(0, length);
    }

    /// <summary>The parts of a multipart, each without the line end that belongs to the boundary (RFC 2046 §5.1.1).</summary>
    /// <param name="most">More parts than these are not looked for.</param>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts(int most)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        if (string.IsNullOrEmpty(ContentType.Boundary))
            return parts;

        var delimiter = Encoding.UTF8.GetBytes($"--{ContentType.Boundary}");
        var start = -1;
        for (var at = NextDelimiter(Body.Span, delimiter, 0); at >= 0; at = NextDelimiter(Body.Span, delimiter, at + delimiter.Length))
        {
            if (start >= 0)
            {
                var end = at;
                if (end > start && Body.Span[end - 1] == '\n')
                    end--;
                if (end > start && Body.Span[end - 1] == '\r')
                    end--;
                parts.Add(Body[start..end]);
            }
            var rest = Body.Span[(at + delimiter.Length)..];
            if (parts.Count == most || rest.StartsWith("--"u8))
                break;
            var line = rest.IndexOf((byte)'\n');
            if (line < 0)
                break;
            start = at + delimiter.Length + line + 1;
        }
        return parts;
    }

    private static int NextDelimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter, int from)
    {
        while (from < body.Length)
        {
            var found = body[from..].IndexOf(delimiter);
            if (found < 0)
                return -1;
            var at = from + found;
            var after = body[(at + delimiter.Length)..];
            if ((at == 0 || body[at - 1] == '\n') && (after.IsEmpty || after[0] is (byte)'\r' or (byte)'\n' or (byte)' ' or (byte)'\t' or (byte)'-'))
                return at;
            from = at + 1;
        }
        return -1;
    }

    private static int HeaderLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\r\n"u8))
            return 2;
        if (bytes.StartsWith("\n"u8))
            return 1;
        var dos = bytes.IndexOf("\r\n\r\n"u8);
        var unix = bytes.IndexOf("\n\n"u8);
        return (dos, unix) switch
        {
            (< 0, < 0) => bytes.Length,
            (>= 0, < 0) => dos + 4,
            (< 0, >= 0) => unix + 2,
            _ => dos < unix ? dos + 4 : unix + 2,
        };
    }
}

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Objects at byte positions of a file; knows no cross-references.</summary>
/// <param name="source">The file.</param>
/// <param name="origin">Where the header begins: every position stated inside the file counts from there.</param>
internal sealed class PdfFile(PdfSource source, long origin)
{
    private const int FirstWindow = 2048;

    private long _decoded;

    public long Origin => origin;

    public long Length => source.Length;

    /// <summary>Finds the object that a stream's <c>/Length</c> refers to; null until cross-references are read.</summary>
    public Func<PdfObject?, PdfObject?> Resolve { get; set; } = value => value is PdfReference ? null : value;

    /// <summary>Decrypts a stream's data, with the crypt filter that the stream names; null where nothing is encrypted.</summary>
    public Func<PdfStream, ReadOnlyMemory<byte>, string?, ReadOnlyMemory<byte>>? Decrypt { get; set; }

    /// <param name="offset">From the header.</param>
    public ReadOnlyMemory<byte> Window(long offset, int count) => source.Read(origin + offset, count);

    /// <summary>A direct object at a position, and the position after it.</summary>
    public (PdfObject Value, long End) ReadObject(long offset)
    {
        var end = offset;
        var value = Read(offset, (ref PdfLexer lexer) =>
        {
            var read = new PdfParser(origin + offset).Read(ref lexer);
            end = offset + lexer.Position;
            return read;
        });
        return (value, end);
    }

    /// <summary>An indirect object: <c>n g obj … endobj</c>.</summary>
    /// <param name="offset">From the header.</param>
    /// <param name="expected">Which object must be there; null where any may.</param>
    public PdfObject ReadIndirect(long offset, PdfReference? expected) => ReadWithEnd(offset, expected).Value;

    /// <summary>An indirect object and the position after its value, where <c>endobj</c> should follow; of a stream, that of its data.</summary>
    public (PdfObject Value, long End) ReadWithEnd(long offset, PdfReference? expected)
    {
        var end = offset;
        var read = Read(offset, (ref PdfLexer lexer) =>
        {
            var number = lexer.Next();
            var generation = lexer.Next();
            var keyword = lexer.Next();
            if (lexer.Truncated)
                return null;
            if (number.Kind != PdfTokenKind.Integer || generation.Kind != PdfTokenKind.Integer || !keyword.IsKeyword("obj"u8)
                || number.Integer is < 0 or > PdfLimits.ObjectNumber || generation.Integer is < 0 or > 65535)
            {
                throw PdfDamage.At(origin + offset, $"no object where the cross-reference says{Wanted(expected)}");
            }

            var self = new PdfReference((int)number.Integer, (int)generation.Integer);
            if (expected is not null && self != expected)
                throw PdfDamage.At(origin + offset, $"object {self.Number} {self.Generation} where the cross-reference says{Wanted(expected)}");

            var value = ReadBody(ref lexer, offset);
            end = offset + lexer.Position;
            if (value is not PdfDictionary dictionary)
                return value;

            var after = lexer;
            var isStream = after.Next().IsKeyword("stream"u8);
            if (after.Truncated)
            {
                lexer = after;
                return null;
            }

            if (!isStream)
                return dictionary;
            end = offset + DataStart(after.Position, offset);
            return new PdfStream(dictionary, origin + end, self);
        });
        return (read, end);
    }

    /// <summary>A stream's data as it is in the file.</summary>
    public ReadOnlyMemory<byte> ReadRaw(PdfStream stream)
    {
        if (Resolve(stream.Dictionary["Length"]) is not PdfInteger { Value: >= 0 and <= PdfLimits.StreamBytes } length)
            throw PdfDamage.In(stream, "its stream has no usable /Length");

        var window = source.Read(stream.DataOffset, (int)length.Value + 16);
        if (window.Length < length.Value)
            throw PdfDamage.In(stream, "its stream is longer than the file");

        var lexer = new PdfLexer(window.Span[(int)length.Value..], complete: true);
        return lexer.Next().IsKeyword("endstream"u8)
            ? window[..(int)length.Value]
            : throw PdfDamage.At(stream.DataOffset + length.Value, "no endstream where the stream's /Length says");
    }

    /// <summary>A stream's data as its filters made it, decrypted.</summary>
    public ReadOnlyMemory<byte> ReadClear(PdfStream stream) => ReadClear(stream, Filters(stream));

    /// <summary>A stream's decoded data, counted against what this document may decompress in all.</summary>
    public ReadOnlyMemory<byte> Decode(PdfStream stream)
    {
        var filters = Filters(stream);
        var limit = Math.Min(PdfLimits.StreamBytes, PdfLimits.TotalDecodedBytes(Length) - _decoded);
        var data = StreamDecoder.Decode(ReadClear(stream, filters), filters, limit, stream);
        _decoded += data.Length;
        return filters.Count == 0 ? data.ToArray() : data;
    }

    private ReadOnlyMemory<byte> ReadClear(PdfStream stream, List<(string Name, PdfDictionary? Parameters)> filters)
    {
        var raw = ReadRaw(stream);
        if (Decrypt is null)
            return raw;

        // ISO 32000-2 §7.4.10: a Crypt filter, which is the first, takes the place of the document's; without a name it does nothing.
        var own = filters is [("Crypt", var parameters), ..] ? (parameters?["Name"] as PdfName)?.Value ?? "Identity" : null;
        return Decrypt(stream, raw, own);
    }

    private List<(string Name, PdfDictionary? Parameters)> Filters(PdfStream stream)
    {
        var names = List(stream.Dictionary["Filter"] ?? stream.Dictionary["F"]);
        var parameters = List(stream.Dictionary["DecodeParms"] ?? stream.Dictionary["DP"]);
        if (names.Count > 8)
            throw PdfDamage.In(stream, "its stream has more filters than any writer uses");

        return [.. names.Select((name, i) =>
            (name is PdfName { Value: var value } ? value : throw PdfDamage.In(stream, "a filter of its stream is not a name"),
                i < parameters.Count ? Resolve(parameters[i]) as PdfDictionary : null))];
    }

    private List<PdfObject?> List(PdfObject? value) => Resolve(value) switch
    {
        null or PdfNull => [],
        PdfArray array => [.. array.Items.Select(Resolve)],
        var single => [single],
    };

    private PdfObject? ReadBody(ref PdfLexer lexer, long offset)
    {
        var ahead = lexer;
        var empty = ahead.Next().IsKeyword("endobj"u8);
        return empty ? PdfNull.Value : new PdfParser(origin + offset).Read(ref lexer);
    }

    // ISO 32000-2 §7.3.8.1: the keyword is followed by CR LF or LF; a CR alone occurs.
    private long DataStart(int position, long offset)
    {
        var after = Window(offset + position, 2).Span;
        return after switch
        {
            [(byte)'\r', (byte)'\n', ..] => position + 2,
            [(byte)'\n' or (byte)'\r', ..] => position + 1,
            _ => position,
        };
    }

    private delegate PdfObject? Attempt(ref PdfLexer lexer);

    // Nearly every object fits the first window; a longer one is read again with a window four times as long.
    private PdfObject Read(long offset, Attempt attempt)
    {
        if (offset < 0 || origin + offset >= Length)
            throw PdfDamage.At(origin + offset, "a cross-reference points outside the file");

        for (var size = FirstWindow; ; size = (int)Math.Min(size * 4L, PdfLimits.ObjectBytes))
        {
            var window = Window(offset, size);
            var lexer = new PdfLexer(window.Span, complete: origin + offset + window.Length == Length);
            if (attempt(ref lexer) is { } value)
                return value;
            if (size == PdfLimits.ObjectBytes || window.Length < size)
                throw PdfDamage.At(origin + offset, "an object that begins here has no end");
        }
    }

    private static string Wanted(PdfReference? expected) =>
        expected is null ? string.Empty : $" object {expected.Number} {expected.Generation} is";
}

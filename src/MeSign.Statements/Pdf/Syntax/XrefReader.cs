using System.Buffers.Text;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Reads cross-reference sections, from the newest back along <c>/Prev</c>.</summary>
internal sealed class XrefReader(PdfFile file)
{
    private const int EntryBytes = 20;
    private const int ChunkEntries = 2048;
    private const int GapBytes = 64 * 1024;

    private int _entries;

    /// <param name="start">What <c>startxref</c> states.</param>
    /// <returns>The sections, newest first.</returns>
    public List<XrefSection> ReadChain(long start)
    {
        var sections = new List<XrefSection>();
        var seen = new HashSet<long>();
        for (long? next = start; next is { } offset;)
        {
            if (!seen.Add(offset))
                throw PdfDamage.At(file.Origin + offset, "the cross-reference sections form a loop");
            if (sections.Count == PdfLimits.Sections)
                throw PdfDamage.Of($"it has more than {PdfLimits.Sections} cross-reference sections");

            var section = ReadSection(offset);
            sections.Add(section);
            next = Offset(section.Trailer, "Prev", offset);
        }

        return sections;
    }

    private XrefSection ReadSection(long offset)
    {
        var start = SkipGap(offset);
        var lexer = new PdfLexer(file.Window(start, 64).Span, complete: true);
        var first = lexer.Next();
        if (first.IsKeyword("xref"u8))
            return ReadTable(offset, start + lexer.Position);
        if (first.Kind == PdfTokenKind.Integer)
            return ReadStream(offset);
        throw PdfDamage.At(file.Origin + offset, "no cross-reference section where startxref or /Prev says");
    }

    private XrefSection ReadTable(long offset, long position)
    {
        var entries = new List<XrefEntry>();
        while (true)
        {
            position = SkipGap(position);
            var lexer = new PdfLexer(file.Window(position, 128).Span, complete: true);
            var first = lexer.Next();
            if (first.IsKeyword("trailer"u8))
            {
                position += lexer.Position;
                break;
            }

            var count = lexer.Next();
            if (first.Kind != PdfTokenKind.Integer || count.Kind != PdfTokenKind.Integer)
                throw PdfDamage.At(file.Origin + position, "neither a cross-reference subsection nor the trailer");
            Claim(first.Integer, count.Integer, file.Origin + position);
            position = ReadEntries(entries, (int)first.Integer, (int)count.Integer, position + lexer.Position);
        }

        var (value, end) = file.ReadObject(position);
        var trailer = value as PdfDictionary ?? throw PdfDamage.At(file.Origin + position, "the trailer is no dictionary");
        var hidden = Offset(trailer, "XRefStm", offset) is { } stream ? ReadStream(stream) : null;
        return new XrefSection(offset, XrefForm.Table, trailer, entries) { Hidden = hidden, End = Math.Max(end, hidden?.End ?? 0) };
    }

    private long ReadEntries(List<XrefEntry> entries, int number, int count, long position)
    {
        position = SkipGap(position);
        while (count > 0)
        {
            var window = file.Window(position, Math.Min(count, ChunkEntries) * EntryBytes).Span;
            var exact = 0;
            for (; exact < window.Length / EntryBytes && exact < count; exact++)
            {
                if (!TryParse(window.Slice(exact * EntryBytes, EntryBytes), number, out var entry))
                    break;
                entries.Add(entry);
                number++;
            }

            position += exact * EntryBytes;
            count -= exact;
            if (exact == 0)
            {
                position = ReadLooseEntry(entries, number++, position);
                count--;
            }
        }

        return position;
    }

    // ISO 32000-2 §7.5.4: nnnnnnnnnn ggggg n eol, exactly 20 bytes.
    private static bool TryParse(ReadOnlySpan<byte> bytes, int number, out XrefEntry entry)
    {
        entry = default;
        if (bytes[10] != ' ' || bytes[16] != ' ' || bytes[17] is not ((byte)'n' or (byte)'f')
            || !PdfLexer.IsWhitespace(bytes[18]) || !PdfLexer.IsWhitespace(bytes[19])
            || !Utf8Parser.TryParse(bytes[..10], out long offset, out var used) || used != 10
            || !Utf8Parser.TryParse(bytes[11..16], out int generation, out used) || used != 5
            || offset < 0 || generation < 0)
        {
            return false;
        }

        entry = new(number, bytes[17] == 'n' ? XrefKind.InUse : XrefKind.Free, offset, generation);
        return true;
    }

    // Tables with entries of 19 or 21 bytes are common and unambiguous.
    private long ReadLooseEntry(List<XrefEntry> entries, int number, long position)
    {
        position = SkipGap(position);
        var lexer = new PdfLexer(file.Window(position, 64).Span, complete: true);
        var offset = lexer.Next();
        var generation = lexer.Next();
        var kind = lexer.Next();
        var inUse = kind.IsKeyword("n"u8);
        if (offset.Kind != PdfTokenKind.Integer || generation.Kind != PdfTokenKind.Integer || !(inUse || kind.IsKeyword("f"u8))
            || offset.Integer < 0 || generation.Integer is < 0 or > 65536)
        {
            throw PdfDamage.At(file.Origin + position, $"the cross-reference entry of object {number} is not of its form");
        }

        entries.Add(new(number, inUse ? XrefKind.InUse : XrefKind.Free, offset.Integer, (int)generation.Integer));
        return SkipGap(position + lexer.Position);
    }

    // Blank lines and comments, of any length that is no attack.
    private long SkipGap(long position)
    {
        var comment = false;
        for (var end = position + GapBytes; position < end;)
        {
            var window = file.Window(position, 256).Span;
            foreach (var value in window)
            {
                if (comment)
                    comment = value is not ((byte)'\r' or (byte)'\n');
                else if (value == '%')
                    comment = true;
                else if (!PdfLexer.IsWhitespace(value))
                    return position;
                position++;
            }

            if (window.Length < 256)
                return position;
        }

        throw PdfDamage.At(file.Origin + position, "a cross-reference section is interrupted for too long");
    }

    private XrefSection ReadStream(long offset)
    {
        if (file.ReadIndirect(offset, expected: null) is not PdfStream stream || !stream.Dictionary.IsType("XRef"))
            throw PdfDamage.At(file.Origin + offset, "no cross-reference stream where startxref, /Prev or /XRefStm says");

        var dictionary = stream.Dictionary;
        var widths = Integers(dictionary["W"]);
        if (widths is not { Count: 3 } || widths.Any(width => width is < 0 or > 8) || widths.Sum() == 0)
            throw PdfDamage.In(stream, "/W of the cross-reference stream is not three widths");

        var index = dictionary["Index"] is null ? [0, Integer(dictionary, "Size", stream)] : Integers(dictionary["Index"]);
        if (index is null || index.Count % 2 != 0)
            throw PdfDamage.In(stream, "/Index of the cross-reference stream is not pairs of integers");

        var data = file.Decode(stream).Span;
        var entries = new List<XrefEntry>();
        var size = (int)widths.Sum();
        for (var i = 0; i < index.Count; i += 2)
        {
            Claim(index[i], index[i + 1], stream.DataOffset);
            for (var number = (int)index[i]; number < index[i] + index[i + 1]; number++)
            {
                // A stream shorter than its /Index says leaves the rest undefined: such objects are null.
                if (data.Length < size)
                    break;
                XrefStreamEntry.Add(entries, number, widths, data[..size]);
                data = data[size..];
            }
        }

        var end = stream.DataOffset - file.Origin + file.ReadRaw(stream).Length;
        return new XrefSection(offset, XrefForm.Stream, dictionary, entries) { End = end };
    }

    private void Claim(long first, long count, long offset)
    {
        if (first < 0 || count < 0 || first + count > PdfLimits.ObjectNumber + 1L)
            throw PdfDamage.At(offset, "a cross-reference subsection has object numbers out of range");
        _entries += (int)count;
        if (_entries > PdfLimits.Entries)
            throw PdfDamage.At(offset, $"there are more than {PdfLimits.Entries} cross-reference entries");
    }

    // Writers that have nothing to point at write /Prev 0, where no section can be. To take anything else for absent would leave out
    // what other readers find; of a reference, some take what it refers to and some its number (ISO 32000-2 table 15: an integer).
    private long? Offset(PdfDictionary trailer, string key, long section) => trailer[key] switch
    {
        null or PdfNull or PdfInteger { Value: 0 } => null,
        PdfInteger { Value: > 0 } position when position.Value < file.Length => position.Value,
        PdfReference => throw PdfDamage.At(file.Origin + section, $"/{key} of the cross-reference section here is a reference where a number must stand"),
        _ => throw PdfDamage.At(file.Origin + section, $"/{key} of the cross-reference section here is no position inside the file"),
    };

    private static long Integer(PdfDictionary dictionary, string key, PdfStream stream) => dictionary[key] is PdfInteger integer
        ? integer.Value
        : throw PdfDamage.In(stream, $"/{key} of the cross-reference stream is not an integer");

    private static List<long>? Integers(PdfObject? value)
    {
        if (value is not PdfArray array || array.Items.Any(item => item is not PdfInteger))
            return null;
        return [.. array.Items.Select(item => ((PdfInteger)item).Value)];
    }
}

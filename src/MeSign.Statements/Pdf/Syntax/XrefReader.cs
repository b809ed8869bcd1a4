using System.Buffers.Text;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Reads cross-reference sections, from the newest back along <c>/Prev</c>.</summary>
internal sealed class XrefReader(PdfFile file)
{
    private const int EntryBytes = 20;
    private const int ChunkEntries = 2048;

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
            next = Offset(section.Trailer, "Prev");
        }

        return sections;
    }

    private XrefSection ReadSection(long offset)
    {
        var window = file.Window(offset, 64);
        var lexer = new PdfLexer(window.Span, complete: true);
        var first = lexer.Next();
        if (first.IsKeyword("xref"u8))
            return ReadTable(offset, offset + lexer.Position);
        if (first.Kind == PdfTokenKind.Integer)
            return ReadStream(offset);
        throw PdfDamage.At(file.Origin + offset, "no cross-reference section where startxref or /Prev says");
    }

    private XrefSection ReadTable(long offset, long position)
    {
        var entries = new List<XrefEntry>();
        while (true)
        {
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

        var trailer = file.ReadObject(position) as PdfDictionary
            ?? throw PdfDamage.At(file.Origin + position, "the trailer is no dictionary");
        var hidden = Offset(trailer, "XRefStm") is { } stream ? ReadStream(stream) : null;
        return new XrefSection(offset, XrefForm.Table, trailer, entries) { Hidden = hidden };
    }

    private long ReadEntries(List<XrefEntry> entries, int number, int count, long position)
    {
        var gap = new PdfLexer(file.Window(position, 64).Span, complete: true);
        gap.SkipWhitespace();
        position += gap.Position;
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
        lexer.SkipWhitespace();
        return position + lexer.Position;
    }

    private XrefSection ReadStream(long offset)
    {
        if (file.ReadIndirect(offset, expected: null) is not PdfStream stream || !stream.Dictionary.IsType("XRef"))
            throw PdfDamage.At(file.Origin + offset, "no cross-reference stream where startxref, /Prev or /XRefStm says");

        var dictionary = stream.Dictionary;
        var widths = Integers(dictionary["W"]);
        if (widths is not { Count: 3 } || widths.Any(width => width is < 0 or > 8) || widths.Sum() == 0)
            throw PdfDamage.In(stream.Self, "/W of the cross-reference stream is not three widths");

        var index = dictionary["Index"] is null ? [0, Integer(dictionary, "Size", stream)] : Integers(dictionary["Index"]);
        if (index is null || index.Count % 2 != 0)
            throw PdfDamage.In(stream.Self, "/Index of the cross-reference stream is not pairs of integers");

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
                Add(entries, number, widths, data[..size]);
                data = data[size..];
            }
        }

        return new XrefSection(offset, XrefForm.Stream, dictionary, entries);
    }

    private static void Add(List<XrefEntry> entries, int number, List<long> widths, ReadOnlySpan<byte> fields)
    {
        var (w0, w1, w2) = ((int)widths[0], (int)widths[1], (int)widths[2]);
        // ISO 32000-2 table 17: an absent type is 1, an absent third field is 0.
        var type = w0 == 0 ? 1 : BigEndian(fields[..w0]);
        var second = BigEndian(fields.Slice(w0, w1));
        var third = BigEndian(fields.Slice(w0 + w1, w2));
        if (third > int.MaxValue || second < 0)
            return;
        switch (type)
        {
            case 0:
                entries.Add(new(number, XrefKind.Free, second, (int)third));
                break;
            case 1:
                entries.Add(new(number, XrefKind.InUse, second, (int)third));
                break;
            case 2:
                entries.Add(new(number, XrefKind.Compressed, second, (int)third));
                break;
            default:
                // Table 18: an unknown type is a reference to the null object.
                entries.Add(new(number, XrefKind.Free, 0, 0));
                break;
        }
    }

    private static long BigEndian(ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        foreach (var part in bytes)
            value = (value << 8) | part;
        return value;
    }

    private void Claim(long first, long count, long offset)
    {
        if (first < 0 || count < 0 || first + count > PdfLimits.ObjectNumber + 1L)
            throw PdfDamage.At(offset, "a cross-reference subsection has object numbers out of range");
        _entries += (int)count;
        if (_entries > PdfLimits.Entries)
            throw PdfDamage.At(offset, $"there are more than {PdfLimits.Entries} cross-reference entries");
    }

    // Writers that have nothing to point at write /Prev 0, where no section can be.
    private static long? Offset(PdfDictionary trailer, string key) =>
        trailer[key] is PdfInteger { Value: not 0 } integer ? integer.Value : null;

    private static long Integer(PdfDictionary dictionary, string key, PdfStream stream) => dictionary[key] is PdfInteger integer
        ? integer.Value
        : throw PdfDamage.In(stream.Self, $"/{key} of the cross-reference stream is not an integer");

    private static List<long>? Integers(PdfObject? value)
    {
        if (value is not PdfArray array || array.Items.Any(item => item is not PdfInteger))
            return null;
        return [.. array.Items.Select(item => ((PdfInteger)item).Value)];
    }
}

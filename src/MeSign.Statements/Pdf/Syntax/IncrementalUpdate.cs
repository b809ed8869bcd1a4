using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>
/// Objects to append to a document (ISO 32000-2 §7.5.6) with a cross-reference section of the form that its newest one has.
/// A hybrid file is continued with a table, which every reader sees.
/// </summary>
/// <param name="first">Number of the first object that is added.</param>
internal sealed class IncrementalUpdate(PdfDocument document, int first)
{
    // What belongs to one section or to the stream that carries it; everything else in a trailer goes on.
    internal static readonly HashSet<string> OwnKeys = new(
        ["Size", "Prev", "XRefStm", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "F", "FFilter", "FDecodeParms", "DL"],
        StringComparer.Ordinal);

    private readonly SortedDictionary<int, (int Generation, PdfObject Value)> _objects = [];
    private int _next = first;

    /// <summary>The number of the object that is added next.</summary>
    public int Next => _next;

    public PdfReference Add(PdfObject value)
    {
        if (_next > PdfLimits.ObjectNumber)
            throw PdfDamage.Of("all object numbers are in use");
        _objects.Add(_next, (0, value));
        return new PdfReference(_next++, 0);
    }

    public void Replace(PdfReference reference, PdfObject value) => _objects[reference.Number] = (reference.Generation, value);

    /// <summary>The dictionary as this update has it so far, to be changed in place.</summary>
    public PdfDictionary Edit(PdfReference reference)
    {
        if (_objects.TryGetValue(reference.Number, out var pending) && pending.Value is PdfDictionary edited)
            return edited;

        var copy = document.Load(reference) is PdfDictionary dictionary
            ? dictionary.Copy()
            : throw PdfDamage.In(reference, "it is not the dictionary that it should be");
        Replace(reference, copy);
        return copy;
    }

    /// <param name="endsWithLine">True where the document's last byte ends a line.</param>
    public PdfWriter Write(bool endsWithLine)
    {
        var writer = new PdfWriter();
        if (!endsWithLine)
            writer.Write("\n"u8);

        // In the order of their numbers, as the objects are.
        var offsets = new List<Place>(_objects.Count + 1);
        foreach (var (number, (generation, value)) in _objects)
        {
            offsets.Add(new(number, generation, Position(writer)));
            WriteObject(writer, number, generation, document.Cipher?.Encrypt(value, new PdfReference(number, generation)) ?? value);
        }

        var start = Position(writer);
        if (document.Sections[0].Form == XrefForm.Table)
            WriteTable(writer, offsets);
        else
            WriteStream(writer, offsets, start);

        writer.Write("startxref\n"u8);
        writer.Write(start);
        writer.Write("\n%%EOF\n"u8);
        return writer;
    }

    private long Position(PdfWriter writer) => document.Length - document.Origin + writer.Length;

    internal static void WriteObject(PdfWriter writer, int number, int generation, PdfObject value)
    {
        writer.Write(number);
        writer.Write(" "u8);
        writer.Write(generation);
        writer.Write(" obj\n"u8);
        writer.Write(value);
        writer.Write("\nendobj\n"u8);
    }

    private void WriteTable(PdfWriter writer, List<Place> offsets)
    {
        writer.Write("xref\n"u8);
        var at = 0;
        Span<byte> entry = stackalloc byte[20];
        " 00000 n\r\n"u8.CopyTo(entry[10..]);
        foreach (var (first, count) in Runs(offsets.Select(place => place.Number)))
        {
            writer.Write(first);
            writer.Write(" "u8);
            writer.Write(count);
            writer.Write("\n"u8);
            for (var end = at + count; at < end; at++)
            {
                Utf8Formatter.TryFormat(offsets[at].Offset, entry, out _, new('D', 10));
                Utf8Formatter.TryFormat(offsets[at].Generation, entry[11..], out _, new('D', 5));
                writer.Write(entry);
            }
        }

        writer.Write("trailer\n"u8);
        writer.Write(Trailer(_next));
        writer.Write("\n"u8);
    }

    private void WriteStream(PdfWriter writer, List<Place> offsets, long start)
    {
        // The stream is an object as well and lists itself.
        var self = _next;
        offsets.Add(new(self, 0, start));
        var width = start <= uint.MaxValue ? 4 : 8;
        var data = new byte[offsets.Count * (width + 3)];
        var entry = data.AsSpan();
        Span<byte> position = stackalloc byte[8];
        foreach (var (_, generation, offset) in offsets)
        {
            entry[0] = 1;
            BinaryPrimitives.WriteInt64BigEndian(position, offset);
            position[^width..].CopyTo(entry[1..]);
            BinaryPrimitives.WriteUInt16BigEndian(entry[(width + 1)..], (ushort)generation);
            entry = entry[(width + 3)..];
        }

        var dictionary = Trailer(self + 1);
        dictionary["Type"] = new PdfName("XRef");
        dictionary["W"] = PdfArray.Of(new PdfInteger(1), new PdfInteger(width), new PdfInteger(2));
        dictionary["Index"] = new PdfArray([.. Runs(offsets.Select(place => place.Number)).SelectMany(run =>
            new PdfObject[] { new PdfInteger(run.First), new PdfInteger(run.Count) })]);
        WriteObject(writer, self, 0, PdfData.Of(dictionary, data));
    }

    private PdfDictionary Trailer(int size)
    {
        var trailer = new PdfDictionary();
        foreach (var (key, value) in document.Trailer.Entries)
        {
            if (!OwnKeys.Contains(key))
                trailer[key] = value;
        }

        trailer["Size"] = new PdfInteger(size);
        trailer["Prev"] = new PdfInteger(document.Sections[0].Offset);
        return trailer;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Place(int Number, int Generation, long Offset);

    internal static IEnumerable<(int First, int Count)> Runs(IEnumerable<int> numbers)
    {
        var (first, count) = (0, 0);
        foreach (var number in numbers)
        {
            if (count > 0 && number == first + count)
            {
                count++;
                continue;
            }

            if (count > 0)
                yield return (first, count);
            (first, count) = (number, 1);
        }

        if (count > 0)
            yield return (first, count);
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>One cross-reference section for all objects of a file, with nothing before it: a stream where some are in object streams, else a table.</summary>
/// <param name="trailer">Without <c>/Size</c> and <c>/Prev</c>.</param>
/// <param name="entries">Of each object that there is, in the order of their numbers.</param>
internal sealed class RebuiltSection(PdfDictionary trailer, SortedDictionary<int, XrefEntry> entries)
{
    private const int Widths = 1 + 8 + 4;

    /// <param name="writer">Holds what comes before the section.</param>
    /// <param name="start">From the header, where <paramref name="writer"/> begins.</param>
    public void Write(PdfWriter writer, long start)
    {
        var at = start + writer.Length;
        if (entries.Values.Any(entry => entry.Kind == XrefKind.Compressed))
            WriteStream(writer, at);
        else
            WriteTable(writer);
        writer.Write("startxref\n"u8);
        writer.Write(at);
        writer.Write("\n%%EOF\n"u8);
    }

    private void WriteTable(PdfWriter writer)
    {
        writer.Write("xref\n0 1\n0000000000 65535 f\r\n"u8);
        foreach (var (first, count) in IncrementalUpdate.Runs(entries.Keys))
        {
            writer.Write(first);
            writer.Write(" "u8);
            writer.Write(count);
            writer.Write("\n"u8);
            for (var number = first; number < first + count; number++)
            {
                var entry = entries[number];
                writer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{entry.Offset:D10} {entry.Generation:D5} n\r\n")));
            }
        }

        writer.Write("trailer\n"u8);
        writer.Write(Trailer(entries.Keys.Last() + 1));
        writer.Write("\n"u8);
    }

    private void WriteStream(PdfWriter writer, long at)
    {
        var self = entries.Keys.Last() + 1;
        entries.Add(self, new(self, XrefKind.InUse, at, 0));
        var data = new byte[(entries.Count + 1) * Widths];
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(9), ushort.MaxValue);
        var rest = data.AsSpan(Widths);
        foreach (var entry in entries.Values)
        {
            rest[0] = entry.Kind == XrefKind.Compressed ? (byte)2 : (byte)1;
            BinaryPrimitives.WriteInt64BigEndian(rest[1..], entry.Offset);
            BinaryPrimitives.WriteInt32BigEndian(rest[9..], entry.Generation);
            rest = rest[Widths..];
        }

        var dictionary = Trailer(self + 1);
        dictionary["Type"] = new PdfName("XRef");
        dictionary["W"] = PdfArray.Of(new PdfInteger(1), new PdfInteger(8), new PdfInteger(4));
        dictionary["Index"] = new PdfArray([.. IncrementalUpdate.Runs([0, .. entries.Keys]).SelectMany(run =>
            new PdfObject[] { new PdfInteger(run.First), new PdfInteger(run.Count) })]);
        IncrementalUpdate.WriteObject(writer, self, 0, PdfData.Of(dictionary, data));
    }

    private PdfDictionary Trailer(int size)
    {
        var whole = trailer.Copy();
        whole["Size"] = new PdfInteger(size);
        return whole;
    }
}

using System.Globalization;
using System.Text;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>Writes small PDFs by hand, in structures that generators do not make or would repair.</summary>
internal sealed class PdfBuilder
{
    private readonly List<byte> _bytes = [];
    private readonly SortedDictionary<int, (long Offset, int Generation)> _offsets = [];
    private readonly long? _previous;

    public PdfBuilder(string header = "%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n") => Raw(header);

    private PdfBuilder(byte[] earlier, long previous)
    {
        _bytes.AddRange(earlier);
        _previous = previous;
    }

    /// <summary>Offsets count from here.</summary>
    public int Origin { get; set; }

    public long Position => _bytes.Count;

    /// <summary>A catalog, one page without content, in objects 1 to 3.</summary>
    public static PdfBuilder OnePage(string catalogExtra = "", string pageExtra = "") => new PdfBuilder()
        .Object(1, $"<< /Type /Catalog /Pages 2 0 R {catalogExtra} >>")
        .Object(2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
        .Object(3, $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> {pageExtra} >>");

    /// <summary>Goes on after a finished file.</summary>
    public static PdfBuilder Update(byte[] file) => new(file, StartXref(file));

    public static long StartXref(byte[] file)
    {
        var text = Encoding.Latin1.GetString(file);
        var at = text.LastIndexOf("startxref", StringComparison.Ordinal) + "startxref".Length;
        return long.Parse(text[at..].Trim().Split('\n', '\r')[0], CultureInfo.InvariantCulture);
    }

    public PdfBuilder Raw(string latin1)
    {
        _bytes.AddRange(Encoding.Latin1.GetBytes(latin1));
        return this;
    }

    public PdfBuilder Object(int number, string body, int generation = 0)
    {
        _offsets[number] = (Position - Origin, generation);
        return Raw($"{number} {generation} obj\n{body}\nendobj\n");
    }

    public PdfBuilder Stream(int number, string dictionary, string data) =>
        Object(number, $"<< {dictionary} /Length {data.Length} >>\nstream\n{data}\nendstream");

    /// <summary>Ends with a cross-reference table.</summary>
    public byte[] Table(string trailerExtra = "/Root 1 0 R", string entryEnd = " \n") => Table(trailerExtra, entryEnd, _offsets.Keys.Max());

    private byte[] Table(string trailerExtra, string entryEnd, int highest)
    {
        var start = Position - Origin;
        Raw("xref\n");
        if (_previous is null)
            Raw($"0 1\n0000000000 65535 f{entryEnd}");
        foreach (var (number, (offset, generation)) in _offsets)
            Raw(string.Create(CultureInfo.InvariantCulture, $"{number} 1\n{offset:D10} {generation:D5} n{entryEnd}"));
        Raw($"trailer\n<< /Size {highest + 1} {trailerExtra} {Previous()}>>\n");
        return End(start);
    }

    /// <summary>Ends with a cross-reference stream, uncompressed, of the given field widths.</summary>
    /// <param name="compressed">Objects in object streams: number, stream, index.</param>
    public byte[] XrefStream(
        int number, (int First, int Second, int Third) widths, IReadOnlyList<(int Number, int Stream, int Index)>? compressed = null, string extra = "/Root 1 0 R")
    {
        var start = WriteXrefStream(number, widths, compressed ?? [], extra, own: true);
        return End(start);
    }

    /// <summary>A hybrid file: the compressed objects are only in the stream that the trailer names.</summary>
    public byte[] Hybrid(int number, IReadOnlyList<(int Number, int Stream, int Index)> compressed, string trailerExtra = "/Root 1 0 R")
    {
        var visible = _offsets.ToList();
        var hidden = WriteXrefStream(number, (1, 4, 2), compressed, string.Empty, own: false);
        _offsets.Clear();
        foreach (var (visibleNumber, place) in visible)
            _offsets[visibleNumber] = place;
        return Table($"{trailerExtra} /XRefStm {hidden}", " \n", Math.Max(number, compressed.Max(entry => entry.Number)));
    }

    private long WriteXrefStream(
        int number, (int First, int Second, int Third) widths, IReadOnlyList<(int Number, int Stream, int Index)> compressed, string extra, bool own)
    {
        var start = Position - Origin;
        var entries = new SortedDictionary<int, (int Type, long Second, int Third)>();
        if (own)
        {
            entries[0] = (0, 0, 0);
            foreach (var (known, (offset, generation)) in _offsets)
                entries[known] = (1, offset, generation);
            entries[number] = (1, start, 0);
        }

        foreach (var (inside, stream, index) in compressed)
            entries[inside] = (2, stream, index);
        var data = new StringBuilder();
        var indexes = new StringBuilder();
        foreach (var (entry, (type, second, third)) in entries)
        {
            indexes.Append(CultureInfo.InvariantCulture, $"{entry} 1 ");
            Append(data, type, widths.First);
            Append(data, second, widths.Second);
            Append(data, third, widths.Third);
        }

        Stream(
            number,
            $"/Type /XRef /Size {Math.Max(entries.Keys.Max(), number) + 1} /W [{widths.First} {widths.Second} {widths.Third}] /Index [{indexes}] {extra} {Previous()}",
            data.ToString());
        return start;
    }

    private static void Append(StringBuilder data, long value, int width)
    {
        for (var shift = 8 * (width - 1); shift >= 0; shift -= 8)
            data.Append((char)(value >> shift & 255));
    }

    private string Previous() => _previous is { } previous ? $"/Prev {previous} " : string.Empty;

    private byte[] End(long start)
    {
        Raw($"startxref\n{start}\n%%EOF\n");
        return [.. _bytes];
    }
}

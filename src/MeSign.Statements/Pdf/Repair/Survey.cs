using System.Collections;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>
/// What is in a file, read from its beginning to its end without a look at its cross-references. Of several definitions of an object
/// the last one wins. Streams are stepped over whole, so that nothing inside of one (an attached PDF) is taken for the document's own.
/// </summary>
/// <remarks>What stands in the file in another form than the format asks for is written again, for the end of the file.</remarks>
internal sealed class Survey
{
    /// <summary>Bytes of objects that are written again; a file with more damage than that is refused.</summary>
    public const int RewrittenBytes = 64 << 20;

    /// <summary>Objects that cannot be read; with more it is noise.</summary>
    public const int MostLost = 10_000;

    // How many of the places that look like objects a string or an array that holds them is read across.
    private const int Further = 16;

    private readonly PdfSource _source;
    private readonly long _origin;
    private readonly PdfFile _file;
    private readonly List<Landmark> _marks;
    private readonly StreamEnds _ends;
    private int _lost;

    private Survey(PdfSource source, long origin)
    {
        (_source, _origin, _file) = (source, origin, new PdfFile(source, origin));
        _marks = Landmarks.Find(source, origin);
        _ends = new StreamEnds(source, origin, _marks);
        // The line end sets the first of them off from whatever the file ends in.
        Rewritten.Write("\n"u8);
    }

    public Dictionary<int, FoundObject> Objects { get; } = [];

    /// <summary>Trailers and dictionaries of cross-reference streams, in the file's order.</summary>
    public List<(long Offset, PdfDictionary Dictionary)> Trailers { get; } = [];

    /// <summary>Objects whose last definition cannot be read, and why.</summary>
    public Dictionary<int, StatementFailedException> Lost { get; } = [];

    /// <summary>Numbers that any object refers to.</summary>
    public BitArray Referenced { get; } = new(PdfLimits.ObjectNumber + 1);

    /// <summary>Goes to the end of the file.</summary>
    public PdfWriter Rewritten { get; } = new();

    /// <summary>The last object that says it is the document catalog.</summary>
    public (PdfReference Reference, long Offset)? Catalog { get; set; }

    /// <summary>An encryption dictionary of its own, and its revision: what is left where the trailer that names it is gone.</summary>
    public (PdfReference Reference, long Revision)? Encryption { get; private set; }

    /// <summary>Where the last object begins that is no cross-reference stream.</summary>
    public long LastObject { get; private set; }

    /// <summary>The last place where an object takes the place of an earlier one; null where none does.</summary>
    public long? LastReplacement { get; private set; }

    /// <exception cref="StatementFailedException">DocumentDamaged: beyond a limit.</exception>
    public static Survey Of(PdfSource source, long origin, CancellationToken cancellationToken)
    {
        var survey = new Survey(source, origin);
        long passed = 0;
        for (var i = 0; i < survey._marks.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (survey._marks[i].Offset >= passed)
                passed = survey.Visit(i);
        }

        return survey;
    }

    public void Refer(PdfObject? value)
    {
        foreach (var reference in PdfObjects.References(value))
            Referenced[reference.Number] = true;
    }

    private long Visit(int index)
    {
        var mark = _marks[index];
        try
        {
            return mark.IsTrailer ? Trailer(mark.Offset) : Object(index);
        }
        catch (StatementFailedException damage) when (damage.Code == FailureCode.DocumentDamaged)
        {
            if (++_lost > MostLost)
                throw PdfDamage.Of($"more than {MostLost} of its objects cannot be read");
            if (!mark.IsTrailer)
                Lose(mark, damage);
            return mark.Offset + 1;
        }
    }

    private long Trailer(long offset)
    {
        var (value, end) = _file.ReadObject(offset + "trailer".Length);
        if (value is PdfDictionary dictionary)
            Trailers.Add((offset, dictionary));
        return end;
    }

    private long Object(int index)
    {
        var offset = _marks[index].Offset;
        var (value, end) = Read(index);
        if (value is not PdfStream stream)
        {
            var (whole, next) = Follows(end, "endobj"u8);
            Keep(value, whole ? null : value, _marks[index]);
            return whole ? next : end;
        }

        if (stream.Dictionary.IsType("XRef"))
        {
            // Its data is of no more use, only what it says as a trailer.
            Trailers.Add((offset, stream.Dictionary));
            return _ends.Find(stream, index)?.End ?? end;
        }

        var extent = _ends.Find(stream, index)
            ?? throw PdfDamage.At(_origin + offset, "a stream that begins here has no end, or a wrong /Length and another object in it");
        Keep(stream, extent.AsWritten ? null : Rewrite(stream, extent.Length), _marks[index]);
        return extent.End;
    }

    // Nearly always an object ends before the next one begins. Across that, only what is closed as an object should be is believed.
    private (PdfObject Value, long End) Read(int index)
    {
        var offset = _marks[index].Offset;
        try
        {
            return Until(index + 1).ReadWithEnd(offset, expected: null);
        }
        catch (StatementFailedException) when (index + 1 < _marks.Count)
        {
            var (value, end) = Until(index + Further).ReadWithEnd(offset, expected: null);
            return value is PdfStream || Follows(end, "endobj"u8).Whole
                ? (value, end)
                : throw PdfDamage.At(_origin + offset, "an object that begins here has no end");
        }
    }

    private PdfFile Until(int mark) => mark < _marks.Count ? new PdfFile(_source.Until(_origin + _marks[mark].Offset), _origin) : _file;

    private (bool Whole, long End) Follows(long offset, ReadOnlySpan<byte> keyword)
    {
        var lexer = new PdfLexer(_file.Window(offset, 64).Span, complete: true);
        return (lexer.Next().IsKeyword(keyword), offset + lexer.Position);
    }

    private PdfData Rewrite(PdfStream stream, int length)
    {
        if (Rewritten.Length + (long)length > RewrittenBytes)
            throw new StatementFailedException(FailureCode.DocumentNotSupported, $"The document is too damaged to be repaired: more than {RewrittenBytes >> 20} MB of its streams are of another length than they say");
        return PdfData.Of(stream.Dictionary.Copy(), _source.Read(stream.DataOffset, length));
    }

    private void Keep(PdfObject value, PdfObject? again, Landmark mark)
    {
        var dictionary = value as PdfDictionary ?? (value as PdfStream)?.Dictionary;
        var (offset, number, generation) = mark;
        if (Objects.ContainsKey(number) || Lost.ContainsKey(number))
            LastReplacement = offset;
        LastObject = offset;
        Lost.Remove(number);
        Objects[number] = new FoundObject(again is null ? offset : Write(number, generation, again), offset, generation, value is PdfStream && dictionary!.IsType("ObjStm"));
        if (dictionary?.IsType("Catalog") == true)
            Catalog = (new PdfReference(number, generation), offset);
        if (dictionary?["Filter"] is PdfName { Value: "Standard" } && dictionary["O"] is PdfString && dictionary["U"] is PdfString && dictionary["R"] is PdfInteger revision)
            Encryption = (new PdfReference(number, generation), revision.Value);
        Refer(value);
    }

    private void Lose(Landmark mark, StatementFailedException damage)
    {
        LastObject = mark.Offset;
        Objects.Remove(mark.Number);
        Lost[mark.Number] = damage;
    }

    private long Write(int number, int generation, PdfObject value)
    {
        var at = _source.Length - _origin + Rewritten.Length;
        IncrementalUpdate.WriteObject(Rewritten, number, generation, value);
        return at;
    }
}

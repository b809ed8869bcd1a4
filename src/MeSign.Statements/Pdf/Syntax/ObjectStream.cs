namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Objects kept compressed together (ISO 32000-2 §7.5.7).</summary>
internal sealed class ObjectStream
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly List<(int Number, int Offset)> _index;
    private readonly PdfStream _stream;

    private ObjectStream(PdfStream stream, ReadOnlyMemory<byte> data, List<(int Number, int Offset)> index) =>
        (_stream, _data, _index) = (stream, data, index);

    public PdfReference Self => _stream.Self;

    /// <summary>Of the objects in it, by position.</summary>
    public IEnumerable<int> Numbers => _index.Select(entry => entry.Number);

    public static ObjectStream Open(PdfStream stream, PdfDocument document)
    {
        var dictionary = stream.Dictionary;
        if (!dictionary.IsType("ObjStm")
            || document.Resolve(dictionary["N"]) is not PdfInteger { Value: >= 0 and <= PdfLimits.ObjectNumber } count
            || document.Resolve(dictionary["First"]) is not PdfInteger { Value: >= 0 } first)
        {
            throw PdfDamage.In(stream, "it is no object stream with /N and /First");
        }

        var data = document.Decode(stream);
        if (first.Value > data.Length)
            throw PdfDamage.In(stream, "/First of the object stream is beyond its end");

        var index = new List<(int, int)>();
        var lexer = new PdfLexer(data.Span[..(int)first.Value], complete: true);
        for (var i = 0; i < count.Value; i++)
        {
            var number = lexer.Next();
            var offset = lexer.Next();
            if (number.Kind != PdfTokenKind.Integer || offset.Kind != PdfTokenKind.Integer
                || number.Integer is < 0 or > PdfLimits.ObjectNumber || offset.Integer < 0 || first.Value + offset.Integer > data.Length)
            {
                throw PdfDamage.In(stream, "the index of the object stream is not pairs of object number and offset");
            }

            index.Add(((int)number.Integer, (int)(first.Value + offset.Integer)));
        }

        return new ObjectStream(stream, data, index);
    }

    /// <param name="position">Where in the stream the cross-reference says that it is.</param>
    public PdfObject Read(PdfReference reference, int position)
    {
        var found = position >= 0 && position < _index.Count && _index[position].Number == reference.Number
            ? position
            : _index.FindIndex(entry => entry.Number == reference.Number);
        if (found < 0)
            throw PdfDamage.In(_stream, $"object {reference.Number} is not in this object stream, though the cross-reference says so");

        var lexer = new PdfLexer(_data.Span[_index[found].Offset..], complete: true);
        return new PdfParser(0).Read(ref lexer) switch
        {
            null => throw PdfDamage.In(reference, "it has no end inside its object stream"),
            var value => value,
        };
    }
}

using System.Text;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Objects out of tokens (ISO 32000-2 §7.3), without recursion: depth costs no stack.</summary>
/// <param name="origin">Position in the file of the window's first byte, for messages.</param>
internal sealed class PdfParser(long origin)
{
    private readonly List<PdfObject> _operands = [];
    private readonly Stack<(PdfTokenKind Open, int Start, int At)> _open = new();

    /// <summary>The next object, or null where the window ends inside it (<see cref="PdfLexer.Truncated"/>).</summary>
    public PdfObject? Read(ref PdfLexer lexer)
    {
        _operands.Clear();
        _open.Clear();
        do
        {
            var token = lexer.Next();
            if (lexer.Truncated)
                return null;
            Push(ref lexer, token);
        }
        while (_open.Count > 0);

        return lexer.Truncated ? null : _operands[0];
    }

    private void Push(ref PdfLexer lexer, PdfToken token)
    {
        switch (token.Kind)
        {
            case PdfTokenKind.Integer:
                _operands.Add(_open.Count == 0 ? IntegerOrReference(ref lexer, token.Integer) : new PdfInteger(token.Integer));
                break;
            case PdfTokenKind.Real:
                _operands.Add(new PdfReal(Encoding.ASCII.GetString(token.Raw)));
                break;
            case PdfTokenKind.Name:
                _operands.Add(new PdfName(PdfText.DecodeName(token.Raw)));
                break;
            case PdfTokenKind.LiteralString:
                _operands.Add(new PdfString(PdfText.DecodeLiteral(token.Raw)));
                break;
            case PdfTokenKind.HexString:
                _operands.Add(new PdfString(PdfText.DecodeHex(token.Raw, origin + token.Start), Hex: true));
                break;
            case PdfTokenKind.ArrayOpen or PdfTokenKind.DictionaryOpen:
                if (_open.Count == PdfLimits.Depth)
                    throw PdfDamage.At(origin + token.Start, $"arrays and dictionaries are nested deeper than {PdfLimits.Depth}");
                _open.Push((token.Kind, _operands.Count, token.Start));
                break;
            case PdfTokenKind.ArrayClose or PdfTokenKind.DictionaryClose:
                Close(token);
                break;
            case PdfTokenKind.Keyword:
                Keyword(token);
                break;
            default:
                throw PdfDamage.At(origin + token.Start, "the file ends inside an object");
        }
    }

    private void Keyword(PdfToken token)
    {
        if (token.Raw.SequenceEqual("R"u8))
            Refer(token);
        else if (token.Raw.SequenceEqual("true"u8))
            _operands.Add(new PdfBoolean(true));
        else if (token.Raw.SequenceEqual("false"u8))
            _operands.Add(new PdfBoolean(false));
        else if (token.Raw.SequenceEqual("null"u8))
            _operands.Add(PdfNull.Value);
        else
            throw PdfDamage.At(origin + token.Start, "a word that is no object stands where an object is expected");
    }

    private void Refer(PdfToken token)
    {
        var first = _open.Count == 0 ? 0 : _open.Peek().Start;
        if (_operands.Count - first < 2 || _operands[^1] is not PdfInteger generation || _operands[^2] is not PdfInteger number)
            throw PdfDamage.At(origin + token.Start, "R without an object number and a generation before it");

        _operands.RemoveAt(_operands.Count - 1);
        _operands[^1] = Reference(number.Value, generation.Value);
    }

    // ISO 32000-2 §7.3.10: a reference to an object that does not exist is the null object.
    private static PdfObject Reference(long number, long generation) =>
        number is > 0 and <= PdfLimits.ObjectNumber && generation is >= 0 and <= 65535
            ? new PdfReference((int)number, (int)generation)
            : PdfNull.Value;

    private static PdfObject IntegerOrReference(ref PdfLexer lexer, long value)
    {
        var ahead = lexer;
        var generation = ahead.Next();
        var refers = generation.Kind == PdfTokenKind.Integer && ahead.Next().IsKeyword("R"u8);
        if (refers || ahead.Truncated)
            lexer = ahead;
        return refers ? Reference(value, generation.Integer) : new PdfInteger(value);
    }

    private void Close(PdfToken token)
    {
        if (_open.Count == 0 || (_open.Peek().Open == PdfTokenKind.ArrayOpen) != (token.Kind == PdfTokenKind.ArrayClose))
            throw PdfDamage.At(origin + token.Start, "a bracket closes what was not opened");

        var (kind, start, at) = _open.Pop();
        var items = _operands[start..];
        _operands.RemoveRange(start, items.Count);
        _operands.Add(kind == PdfTokenKind.ArrayOpen ? new PdfArray(items) : Dictionary(items, at));
    }

    private PdfDictionary Dictionary(List<PdfObject> items, int at)
    {
        if (items.Count % 2 != 0)
            throw PdfDamage.At(origin + at, "a dictionary has a key without a value");

        var dictionary = new PdfDictionary(items.Count / 2);
        for (var i = 0; i < items.Count; i += 2)
        {
            if (items[i] is not PdfName key)
                throw PdfDamage.At(origin + at, "a dictionary has a key that is not a name");
            dictionary[key.Value] = items[i + 1];
        }

        return dictionary;
    }
}

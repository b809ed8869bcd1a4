using System.Buffers;
using System.Buffers.Text;

namespace MeSign.Statements.Pdf.Syntax;

internal enum PdfTokenKind
{
    /// <summary>Nothing more, or (when <see cref="PdfLexer.Truncated"/>) the window ends inside a token.</summary>
    End,
    Integer,
    Real,
    Name,
    LiteralString,
    HexString,
    ArrayOpen,
    ArrayClose,
    DictionaryOpen,
    DictionaryClose,
    Keyword,
}

/// <param name="kind">What it is.</param>
/// <param name="raw">Its bytes without delimiters (slash, parentheses, angle brackets), escapes not decoded.</param>
/// <param name="start">Index of its first byte in the window.</param>
/// <param name="integer">Value of an integer.</param>
internal readonly ref struct PdfToken(PdfTokenKind kind, ReadOnlySpan<byte> raw, int start, long integer = 0)
{
    public PdfTokenKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Raw { get; } = raw;

    public int Start { get; } = start;

    public long Integer { get; } = integer;

    public bool IsKeyword(ReadOnlySpan<byte> keyword) => Kind == PdfTokenKind.Keyword && Raw.SequenceEqual(keyword);
}

/// <summary>The lexical conventions of ISO 32000-2 §7.2 over one window of a file.</summary>
/// <param name="bytes">The window.</param>
/// <param name="complete">True where nothing follows the window: its end is then also a token's end.</param>
internal ref struct PdfLexer(ReadOnlySpan<byte> bytes, bool complete)
{
    private static readonly SearchValues<byte> Regular = SearchValues.Create(
        [.. Enumerable.Range(0, 256).Select(b => (byte)b).Except("\0\t\n\f\r ()<>[]{}/%"u8.ToArray())]);

    private static readonly SearchValues<byte> Numeric = SearchValues.Create("+-.0123456789"u8);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly bool _complete = complete;

    public int Position { get; set; }

    /// <summary>The window ended before the token did: read again with a longer one.</summary>
    public bool Truncated { get; private set; }

    public static bool IsWhitespace(byte value) => value is 0 or (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r' or (byte)' ';

    public PdfToken Next()
    {
        SkipWhitespace();
        var start = Position;
        if (start >= _bytes.Length)
            return End();

        switch (_bytes[start])
        {
            case (byte)'/':
                return Take(PdfTokenKind.Name, start, skip: 1);
            case (byte)'[':
                return Delimiter(PdfTokenKind.ArrayOpen, 1);
            case (byte)']':
                return Delimiter(PdfTokenKind.ArrayClose, 1);
            case (byte)'(':
                return LiteralString(start);
            case (byte)'<':
                if (start + 1 >= _bytes.Length)
                    return End();
                return _bytes[start + 1] == '<' ? Delimiter(PdfTokenKind.DictionaryOpen, 2) : HexString(start);
            case (byte)'>' when start + 1 < _bytes.Length && _bytes[start + 1] == '>':
                return Delimiter(PdfTokenKind.DictionaryClose, 2);
            case (byte)'>' when start + 1 >= _bytes.Length:
                return End();
            case (byte)'>' or (byte)')' or (byte)'{' or (byte)'}':
                return Delimiter(PdfTokenKind.Keyword, 1);
            default:
                return Take(PdfTokenKind.Keyword, start, skip: 0);
        }
    }

    public void SkipWhitespace()
    {
        while (Position < _bytes.Length)
        {
            var value = _bytes[Position];
            if (value == '%')
            {
                var line = _bytes[Position..].IndexOfAny((byte)'\r', (byte)'\n');
                Position = line < 0 ? _bytes.Length : Position + line;
            }
            else if (IsWhitespace(value))
            {
                Position++;
            }
            else
            {
                return;
            }
        }
    }

    private PdfToken Take(PdfTokenKind kind, int start, int skip)
    {
        var rest = _bytes[(start + skip)..];
        var length = rest.IndexOfAnyExcept(Regular);
        if (length < 0)
        {
            if (!_complete)
                return End();
            length = rest.Length;
        }

        Position = start + skip + length;
        var raw = rest[..length];
        return kind == PdfTokenKind.Name ? new(kind, raw, start) : Number(raw, start);
    }

    private static PdfToken Number(ReadOnlySpan<byte> raw, int start)
    {
        if (raw[0] is not ((>= (byte)'0' and <= (byte)'9') or (byte)'+' or (byte)'-' or (byte)'.'))
            return new(PdfTokenKind.Keyword, raw, start);

        var digits = raw[0] == '+' ? raw[1..] : raw;
        if (Utf8Parser.TryParse(digits, out long value, out var used) && used == digits.Length)
            return new(PdfTokenKind.Integer, raw, start, value);

        // Numbers that no grammar allows (1.2.3, --5) occur; they are carried along as written and never computed with.
        return new(raw.ContainsAnyExcept(Numeric) ? PdfTokenKind.Keyword : PdfTokenKind.Real, raw, start);
    }

    private PdfToken LiteralString(int start)
    {
        var depth = 0;
        for (var i = start; i < _bytes.Length; i++)
        {
            switch (_bytes[i])
            {
                case (byte)'\\':
                    i++;
                    break;
                case (byte)'(':
                    depth++;
                    break;
                case (byte)')' when --depth == 0:
                    Position = i + 1;
                    return new(PdfTokenKind.LiteralString, _bytes[(start + 1)..i], start);
                default:
                    break;
            }
        }

        return End();
    }

    private PdfToken HexString(int start)
    {
        var length = _bytes[(start + 1)..].IndexOf((byte)'>');
        if (length < 0)
            return End();

        Position = start + 1 + length + 1;
        return new(PdfTokenKind.HexString, _bytes.Slice(start + 1, length), start);
    }

    private PdfToken Delimiter(PdfTokenKind kind, int length)
    {
        var start = Position;
        Position += length;
        return new(kind, _bytes.Slice(start, length), start);
    }

    private PdfToken End()
    {
        Truncated = !_complete;
        var start = Position;
        Position = _bytes.Length;
        return new(PdfTokenKind.End, default, start);
    }
}

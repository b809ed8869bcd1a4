using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <param name="Length">Of the data, in bytes.</param>
/// <param name="End">From the header, after <c>endobj</c>.</param>
/// <param name="AsWritten">The stream's own <c>/Length</c> says so, and nothing is missing.</param>
internal sealed record StreamExtent(int Length, long End, bool AsWritten);

/// <summary>Where streams end: where their <c>/Length</c> leads to <c>endstream</c>, there; else at the next <c>endstream</c>.</summary>
internal sealed class StreamEnds
{
    private const int ChunkBytes = 1 << 20;

    // Definitions of a length that are tried, the last ones first.
    private const int Candidates = 4;

    private readonly PdfSource _source;
    private readonly long _origin;
    private readonly List<Landmark> _marks;
    private readonly int[] _byNumber;

    // The next endstream after a place: streams are asked for in their order, so that the file is searched once.
    private (long From, long At) _next = (long.MaxValue, 0);

    public StreamEnds(PdfSource source, long origin, List<Landmark> marks)
    {
        (_source, _origin, _marks) = (source, origin, marks);
        _byNumber = [.. Enumerable.Range(0, marks.Count)];
        Array.Sort(_byNumber, (one, other) => (marks[one].Number, one).CompareTo((marks[other].Number, other)));
    }

    /// <param name="mark">The stream's own.</param>
    /// <returns>Null where it has no end, or where another object begins before what may be its end.</returns>
    public StreamExtent? Find(PdfStream stream, int mark)
    {
        var (stated, usable) = Stated(stream);
        if (stated is { } length)
        {
            var (end, closed) = Close(stream.DataOffset + length);
            return new((int)length, end, usable && closed);
        }

        var at = Next(stream.DataOffset);
        if (at == long.MaxValue || (mark + 1 < _marks.Count && _origin + _marks[mark + 1].Offset < at) || at - stream.DataOffset > PdfLimits.StreamBytes)
            return null;
        return new((int)(at - stream.DataOffset) - LineEnd(stream.DataOffset, at), Close(at).End, AsWritten: false);
    }

    // Usable: every reader comes to the same length.
    private (long? Length, bool Usable) Stated(PdfStream stream)
    {
        switch (stream.Dictionary["Length"])
        {
            case PdfInteger { Value: var length } when IsEnd(stream.DataOffset, length):
                return (length, true);
            case PdfReference reference:
                var tried = 0;
                for (var i = LastOf(reference.Number); i >= 0 && tried < Candidates && _marks[_byNumber[i]].Number == reference.Number; i--, tried++)
                {
                    if (Integer(_marks[_byNumber[i]].Offset, reference.Generation) is { } length && IsEnd(stream.DataOffset, length))
                        return (length, tried == 0);
                }

                return default;
            default:
                return default;
        }
    }

    private bool IsEnd(long data, long length)
    {
        if (length is < 0 or > PdfLimits.StreamBytes || data + length > _source.Length)
            return false;
        var lexer = new PdfLexer(_source.Read(data + length, 64).Span, complete: true);
        return lexer.Next().IsKeyword("endstream"u8);
    }

    private (long End, bool Closed) Close(long endstream)
    {
        var lexer = new PdfLexer(_source.Read(endstream, 64).Span, complete: true);
        lexer.Next();
        var end = lexer.Position;
        return lexer.Next().IsKeyword("endobj"u8) ? (endstream + lexer.Position - _origin, true) : (endstream + end - _origin, false);
    }

    private long? Integer(long offset, int generation)
    {
        var lexer = new PdfLexer(_source.Read(_origin + offset, 128).Span, complete: true);
        lexer.Next();
        var own = lexer.Next();
        lexer.Next();
        var value = lexer.Next();
        return own.Integer == generation && value.Kind == PdfTokenKind.Integer && lexer.Next().IsKeyword("endobj"u8) ? value.Integer : null;
    }

    private int LastOf(int number)
    {
        var (low, high) = (0, _byNumber.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_marks[_byNumber[middle]].Number <= number)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    private long Next(long from)
    {
        if (from >= _next.From && from <= _next.At)
            return _next.At;

        var at = long.MaxValue;
        for (var chunk = from; chunk < _source.Length && at == long.MaxValue; chunk += ChunkBytes)
        {
            var found = _source.Read(chunk, ChunkBytes + "endstream".Length).Span.IndexOf("endstream"u8);
            if (found >= 0)
                at = chunk + found;
        }

        _next = (from, at);
        return at;
    }

    // ISO 32000-2 §7.3.8.1: a line end before endstream is no part of the data.
    private int LineEnd(long data, long at)
    {
        var before = _source.Read(Math.Max(data, at - 2), (int)Math.Min(2, at - data)).Span;
        return before switch
        {
            [(byte)'\r', (byte)'\n'] => 2,
            [.., (byte)'\n' or (byte)'\r'] => 1,
            _ => 0,
        };
    }
}

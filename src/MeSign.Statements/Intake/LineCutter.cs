using System.Buffers;

namespace MeSign.Statements.Intake;

/// <summary>Cuts blocks of bytes into lines, and holds of a line no more than it may have.</summary>
/// <param name="maxBytes">Longest line without its end; a longer one is reported and its bytes are dropped.</param>
/// <param name="position">Where in the whole the first block begins.</param>
/// <param name="quotes">Where lines are records of CSV, what tells a line end inside a cell from one that ends the record.</param>
internal sealed class LineCutter(int maxBytes, long position, CsvQuotes? quotes = null)
{
    private readonly ArrayBufferWriter<byte> _begun = new();
    private ReadOnlyMemory<byte> _block;
    private bool _isLast;
    private bool _isTooLong;
    private long _lineBegan = position;
    private long _read;

    /// <summary>The byte after the last line that was taken.</summary>
    public long Position => _lineBegan;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="isLast">No block follows: what is left is a line without an end.</param>
    public void Feed(ReadOnlyMemory<byte> block, bool isLast)
    {
        _block = block;
        _isLast = isLast;
    }

    /// <returns>False where the next line needs another block, or there is none.</returns>
    public bool TryTake(out Line line)
    {
        var end = quotes?.IndexOfEnd(_block.Span) ?? _block.Span.IndexOf((byte)'\n');
        if (end < 0 && !_isLast)
        {
            Keep(_block);
            _block = default;
            line = default;
            return false;
        }

        Keep(end < 0 ? _block : _block[..end]);
        _block = end < 0 ? default : _block[(end + 1)..];
        var taken = _read + (end < 0 ? 0 : 1);
        line = new Line(_lineBegan, _begun.WrittenSpan.ToArray(), _isTooLong);
        if (_lineBegan == 0 && line.Text.Span.StartsWith(ByteOrderMark))
            line = line with { Text = line.Text[ByteOrderMark.Length..] };

        _lineBegan += taken;
        _begun.ResetWrittenCount();
        (_read, _isTooLong) = (0, false);
        return taken > 0;
    }

    private void Keep(ReadOnlyMemory<byte> part)
    {
        _read += part.Length;
        _isTooLong |= _begun.WrittenCount + part.Length > maxBytes;
        if (_isTooLong)
            _begun.ResetWrittenCount();
        else
            _begun.Write(part.Span);
    }

    /// <param name="Offset">Where the line begins in the whole.</param>
    /// <param name="Text">The line's bytes, of which a carriage return at the end is white space to JSON.</param>
    public readonly record struct Line(long Offset, ReadOnlyMemory<byte> Text, bool IsTooLong)
    {
        public bool IsBlank => !IsTooLong && Text.Span.Trim(" \t\r"u8).IsEmpty;
    }
}

namespace MeSign.Statements.Intake;

/// <summary>
/// Finds where records of a CSV file end, over blocks of bytes: at a line feed that is not inside quotes (RFC 4180 §2). A quote
/// counts only where a cell begins, so that one in the middle of a name does not swallow the records after it.
/// </summary>
/// <param name="delimiter">One ASCII character.</param>
/// <param name="maxBytes">Longest record: after that a quote counts as left open, and the next line feed ends the record.</param>
internal sealed class CsvQuotes(byte delimiter, int maxBytes)
{
    private State _state;
    private int _length;

    private enum State
    {
        CellBegins,
        Plain,
        Quoted,
        QuoteInQuoted,
    }

    /// <returns>Index of the record's line feed; -1 where the block ends before it.</returns>
    public int IndexOfEnd(ReadOnlySpan<byte> block)
    {
        for (var index = 0; index < block.Length; index++)
        {
            var b = block[index];
            if (b == '\n' && (_state != State.Quoted || _length > maxBytes))
            {
                (_state, _length) = (State.CellBegins, 0);
                return index;
            }

            _state = Next(b);
            _length++;
        }

        return -1;
    }

    private State Next(byte b) => _state switch
    {
        State.Quoted => b == '"' ? State.QuoteInQuoted : State.Quoted,
        State.QuoteInQuoted when b == '"' => State.Quoted,
        State.QuoteInQuoted when b == '\r' => State.QuoteInQuoted,
        State.CellBegins when b == '"' => State.Quoted,
        // A byte order mark, and blanks before a quote.
        State.CellBegins when b is 0xEF or 0xBB or 0xBF or (byte)' ' => State.CellBegins,
        _ => b == delimiter ? State.CellBegins : State.Plain,
    };
}

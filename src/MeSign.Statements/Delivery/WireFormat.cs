namespace MeSign.Statements.Delivery;

/// <summary>
/// Whether a message can cross SMTP as it is. A bare CR or LF is refused: relays disagree on whether it ends a line, which
/// lets one message be read as two.
/// </summary>
internal static class WireFormat
{
    /// <summary>RFC 5321 §4.5.3.1.6, without the CRLF.</summary>
    private const int MaxLine = 998;

    /// <returns>What is wrong, or null: CRLF lines (RFC 5321 §2.3.8) of at most 998 bytes of 7-bit text without NUL, the last one ended.</returns>
    public static string? Fault(ReadOnlySpan<byte> eml)
    {
        if (!eml.EndsWith("\r\n"u8))
            return "the message does not end with CRLF";
        if (eml.ContainsAnyExceptInRange((byte)1, (byte)127))
            return "the message is not 7-bit text";

        if (eml.IndexOf("\r\n\r\n"u8) < 1 || eml.IndexOf((byte)':') is not (> 0 and < MaxLine))
            return "the message has no header section";

        for (var rest = eml; rest.Length > 0;)
        {
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (rest[end] != '\r' || rest[end + 1] != '\n')
                return "the message has a line end that is not CRLF";
            if (end > MaxLine)
                return $"the message has a line of {end} bytes: {MaxLine} is the most";

            rest = rest[(end + 2)..];
        }

        return null;
    }
}

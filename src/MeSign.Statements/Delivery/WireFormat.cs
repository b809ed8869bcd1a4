using System.Text.Unicode;

namespace MeSign.Statements.Delivery;

/// <summary>
/// Whether a message can cross SMTP as it is. A bare CR or LF is refused: relays disagree on whether it ends a line, which
/// lets one message be read as two.
/// </summary>
internal static class WireFormat
{
    /// <summary>RFC 5321 §4.5.3.1.6, without the CRLF.</summary>
    private const int MaxLine = 998;

    /// <param name="international">Whether it goes with SMTPUTF8, and so may have UTF-8 in its header sections (RFC 6532 §3).</param>
    /// <returns>
    /// What is wrong, or null: CRLF lines (RFC 5321 §2.3.8) of at most 998 bytes of 7-bit text (or UTF-8) without NUL, the last one ended.
    /// </returns>
    public static string? Fault(ReadOnlySpan<byte> eml, bool international = false)
    {
        if (!eml.EndsWith("\r\n"u8))
            return "the message does not end with CRLF";
        if (international ? eml.Contains((byte)0) || !Utf8.IsValid(eml) : eml.ContainsAnyExceptInRange((byte)1, (byte)127))
            return $"the message is not {(international ? "UTF-8" : "7-bit")} text";

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

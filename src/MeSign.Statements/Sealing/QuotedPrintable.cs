using System.Buffers;
using System.Globalization;
using System.Text;

namespace MeSign.Statements.Sealing;

/// <summary>A text part's body in quoted-printable (RFC 2045 §6.7), UTF-8, its lines ended by CRLF.</summary>
internal static class QuotedPrintable
{
    // A soft line break's "=" is the 76th.
    private const int MaxLine = 75;

    private const string From = "From ";

    private static readonly SearchValues<char> Plain =
        SearchValues.Create(string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c != '=')) + '\t');

    /// <summary>Appends the text without the white space around it, and a line end.</summary>
    public static void Append(StringBuilder target, string text)
    {
        foreach (var line in text.AsSpan().Trim().EnumerateLines())
        {
            AppendLine(target, line);
            target.Append("\r\n");
        }
    }

    private static void AppendLine(StringBuilder target, ReadOnlySpan<char> line)
    {
        var column = 0;
        while (!line.IsEmpty)
        {
            // RFC 8551 §3.1.3: a relay that writes mbox files would put a '>' before it and break the signature.
            var plain = column == 0 && line.StartsWith(From, StringComparison.Ordinal) ? 0 : PlainLength(line);
            if (plain == 0)
            {
                column = AppendEncoded(target, column, line, out var consumed);
                line = line[consumed..];
                continue;
            }
            var take = Math.Min(plain, MaxLine - column);
            target.Append(line[..take]);
            column += take;
            line = line[take..];
            // Broken here and not when more comes: what begins a line may be "From " again.
            if (column == MaxLine && !line.IsEmpty)
                column = Break(target);
        }
    }

    private static int PlainLength(ReadOnlySpan<char> line)
    {
        var other = line.IndexOfAnyExcept(Plain);
        if (other >= 0)
            return other;
        // White space at a line's end is lost on the way.
        return line[^1] is ' ' or '\t' ? line.Length - 1 : line.Length;
    }

    private static int AppendEncoded(StringBuilder target, int column, ReadOnlySpan<char> line, out int consumed)
    {
        // What is no character becomes U+FFFD.
        _ = Rune.DecodeFromUtf16(line, out var rune, out consumed);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
        {
            if (column + 3 > MaxLine)
                column = Break(target);
            target.Append(CultureInfo.InvariantCulture, $"={one:X2}");
            column += 3;
        }
        return column;
    }

    private static int Break(StringBuilder target)
    {
        target.Append("=\r\n");
        return 0;
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace MeSign.Statements.Pdf.Syntax;

/// <summary>Bytes of names and strings (ISO 32000-2 §7.3.4, §7.3.5), text strings and dates (§7.9.2, §7.9.4).</summary>
internal static class PdfText
{
    private static readonly SearchValues<byte> Escapes = SearchValues.Create("\\\r"u8);

    public static string DecodeName(ReadOnlySpan<byte> raw)
    {
        if (!raw.Contains((byte)'#'))
            return Encoding.Latin1.GetString(raw);

        var name = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '#' && i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                name.Append((char)((HexDigit(raw[i + 1]) << 4) | HexDigit(raw[i + 2])));
                i += 2;
            }
            else
            {
                name.Append((char)raw[i]);
            }
        }

        return name.ToString();
    }

    public static byte[] DecodeLiteral(ReadOnlySpan<byte> raw)
    {
        if (!raw.ContainsAny(Escapes))
            return raw.ToArray();

        var bytes = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '\r')
            {
                // An end of line inside a string is one line feed, however it is written.
                if (i + 1 < raw.Length && raw[i + 1] == '\n')
                    i++;
                bytes[length++] = (byte)'\n';
            }
            else if (raw[i] != '\\')
            {
                bytes[length++] = raw[i];
            }
            else if (++i < raw.Length)
            {
                i = Escape(raw, i, bytes, ref length);
            }
        }

        return bytes[..length];
    }

    public static byte[] DecodeHex(ReadOnlySpan<byte> raw, long offset)
    {
        var bytes = new byte[(raw.Length + 1) / 2];
        var digits = 0;
        foreach (var value in raw)
        {
            if (PdfLexer.IsWhitespace(value))
                continue;
            if (!char.IsAsciiHexDigit((char)value))
                throw PdfDamage.At(offset, "a hexadecimal string holds something else");
            bytes[digits / 2] |= (byte)(HexDigit(value) << (digits % 2 == 0 ? 4 : 0));
            digits++;
        }

        return digits / 2 == bytes.Length ? bytes : bytes[..((digits + 1) / 2)];
    }

    /// <summary>A text string: ASCII where it suffices, else UTF-16BE with its mark, which every version reads.</summary>
    public static PdfString TextString(string text) => new(
        Ascii.IsValid(text) ? Encoding.ASCII.GetBytes(text) : [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)]);

    public static PdfString Date(DateTimeOffset time) =>
        new(Encoding.ASCII.GetBytes(time.UtcDateTime.ToString("'D:'yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture)));

    /// <summary>The text of a text string, in whichever of the three encodings it is.</summary>
    public static string ToText(PdfString text) => text.Bytes.Span switch
    {
        [0xFE, 0xFF, .. var rest] => Encoding.BigEndianUnicode.GetString(rest),
        [0xFF, 0xFE, .. var rest] => Encoding.Unicode.GetString(rest),
        [0xEF, 0xBB, 0xBF, .. var rest] => Encoding.UTF8.GetString(rest),
        var bytes => Encoding.Latin1.GetString(bytes),
    };

    private static int Escape(ReadOnlySpan<byte> raw, int i, byte[] bytes, ref int length)
    {
        switch (raw[i])
        {
            case (byte)'n':
                bytes[length++] = (byte)'\n';
                break;
            case (byte)'r':
                bytes[length++] = (byte)'\r';
                break;
            case (byte)'t':
                bytes[length++] = (byte)'\t';
                break;
            case (byte)'b':
                bytes[length++] = (byte)'\b';
                break;
            case (byte)'f':
                bytes[length++] = (byte)'\f';
                break;
            case (byte)'\n':
                break;
            case (byte)'\r':
                return i + 1 < raw.Length && raw[i + 1] == '\n' ? i + 1 : i;
            case >= (byte)'0' and <= (byte)'7':
                var value = 0;
                var end = Math.Min(i + 3, raw.Length);
                while (i < end && raw[i] is >= (byte)'0' and <= (byte)'7')
                    value = (value * 8) + raw[i++] - '0';
                bytes[length++] = (byte)value;
                return i - 1;
            default:
                bytes[length++] = raw[i];
                break;
        }

        return i;
    }

    private static int HexDigit(byte value) => value <= '9' ? value - '0' : (value | 0x20) - 'a' + 10;
}

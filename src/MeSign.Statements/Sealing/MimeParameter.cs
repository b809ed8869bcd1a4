using System.Globalization;
using System.Text;

namespace MeSign.Statements.Sealing;

/// <summary>
/// A parameter of a MIME header field on lines of its own: quoted where its value is plain, else percent-encoded UTF-8
/// (RFC 2231 §4), in pieces of whole characters where it is long (§3). Encoded words have no place in it.
/// </summary>
internal static class MimeParameter
{
    private const int MaxLine = 76;

    private const string Charset = "utf-8''";

    public static void Append(StringBuilder target, string name, string value)
    {
        if (IsPlain(value) && name.Length + value.Length + 6 <= MaxLine)
        {
            target.Append(CultureInfo.InvariantCulture, $";\r\n\t{name}=\"{value}\"");
            return;
        }

        var encoded = value.EnumerateRunes().Select(Encode).ToArray();
        if (name.Length + Charset.Length + encoded.Sum(character => character.Length) + 4 <= MaxLine)
            target.Append(CultureInfo.InvariantCulture, $";\r\n\t{name}*={Charset}").AppendJoin("", encoded);
        else
            AppendPieces(target, name, encoded);
    }

    private static void AppendPieces(StringBuilder target, string name, string[] encoded)
    {
        var piece = 0;
        var column = Begin(target, name, piece) + Charset.Length;
        target.Append(Charset);
        foreach (var character in encoded)
        {
            // One for the semicolon.
            if (column + character.Length + 1 > MaxLine)
                column = Begin(target, name, ++piece);
            target.Append(character);
            column += character.Length;
        }
    }

    private static int Begin(StringBuilder target, string name, int piece)
    {
        var before = target.Length;
        target.Append(CultureInfo.InvariantCulture, $";\r\n\t{name}*{piece}*=");
        return target.Length - before - ";\r\n".Length;
    }

    // Many programs decode what looks like an encoded word wherever it stands, and differ in what a backslash quotes.
    private static bool IsPlain(string value) =>
        value.All(c => c is >= ' ' and <= '~' and not '"' and not '\\') && !value.Contains("=?", StringComparison.Ordinal);

    private static string Encode(Rune character)
    {
        if (character.IsAscii && (char.IsAsciiLetterOrDigit((char)character.Value) || (char)character.Value is '-' or '.' or '_' or '~'))
            return character.ToString();

        Span<byte> bytes = stackalloc byte[4];
        Span<char> text = stackalloc char[12];
        var length = character.EncodeToUtf8(bytes);
        for (var i = 0; i < length; i++)
            _ = text[(i * 3)..].TryWrite(CultureInfo.InvariantCulture, $"%{bytes[i]:X2}", out _);
        return text[..(length * 3)].ToString();
    }
}

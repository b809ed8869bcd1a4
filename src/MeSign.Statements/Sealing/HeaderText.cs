using System.Globalization;
using System.Text;
using MimeKit;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Header values for the wire. Non-ASCII text becomes encoded words (RFC 2047) of whole characters, one a line; every line
/// stays within 76 characters where its words allow.
/// </summary>
internal static class HeaderText
{
    private const int MaxLine = 76;

    // "=?utf-8?B?" and "?=" leave 63 of an encoded word's 75 characters: 45 bytes are 60 of Base64.
    private const int MaxWordBytes = 45;

    public static string Unstructured(string text) => NeedsWords(text) ? EncodedWords(text) : text;

    /// <summary>RFC 5322 §3.3, in UTC.</summary>
    public static string Date(DateTimeOffset instant) =>
        instant.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);

    /// <param name="international">Keep the address as UTF-8 (RFC 6532): its local part is not ASCII.</param>
    public static string Mailbox(MailParty party, bool international)
    {
        var address = international ? party.Address : MailboxAddress.EncodeAddrspec(party.Address);
        if (string.IsNullOrWhiteSpace(party.Name))
            return address;

        var phrase = NeedsWords(party.Name) ? EncodedWords(party.Name) : Phrase(party.Name);
        return $"{phrase}\r\n <{address}>";
    }

    /// <summary>Writes a field; a value that does not fit behind the name begins on a line of its own or is folded at its spaces.</summary>
    public static void AppendField(StringBuilder target, string name, string value) => AppendField(target, name, Words(value, before: ""));

    /// <summary>
    /// Writes a field within HP-Outer. RFC 9788 §2.2.1: the one may be folded before the name of the other, and the name keeps its colon and
    /// its space.
    /// </summary>
    public static void AppendOuter(StringBuilder target, string name, string value) => AppendField(target, "HP-Outer", Words(value, before: $"{name}: "));

    /// <summary>A header section's fields, each with its folds and without its last line end.</summary>
    public static IEnumerable<string> Fields(string section)
    {
        var start = 0;
        while (start < section.Length)
        {
            var end = section.IndexOf("\r\n", start, StringComparison.Ordinal);
            while (end >= 0 && end + 2 < section.Length && section[end + 2] is (' ' or '\t'))
                end = section.IndexOf("\r\n", end + 2, StringComparison.Ordinal);
            if (end < 0)
                end = section.Length;
            yield return section[start..end];
            start = end + 2;
        }
    }

    /// <summary>The names of a header section's fields.</summary>
    public static IEnumerable<string> Names(string section) =>
        Fields(section).Where(field => field.Length > 0).Select(field => field[..field.IndexOf(':', StringComparison.Ordinal)]);

    private static void AppendField(StringBuilder target, string name, string[] words)
    {
        target.Append(name).Append(':');
        var column = name.Length + 1;
        foreach (var word in words)
        {
            if (column + 1 + word.Length > MaxLine && column > 1 && word.Length > 0)
            {
                target.Append("\r\n");
                column = 0;
            }
            target.Append(' ').Append(word);
            column += 1 + word.Length;
        }
        target.Append("\r\n");
    }

    private static string[] Words(string value, string before)
    {
        var words = value.Replace("\r\n ", " ", StringComparison.Ordinal).Split(' ');
        words[0] = before + words[0];
        return words;
    }

    private static bool NeedsWords(string text) =>
        !Ascii.IsValid(text) || text.Contains("=?", StringComparison.Ordinal) || text.Contains("  ", StringComparison.Ordinal) || text.AsSpan().Trim().Length != text.Length;

    private static string EncodedWords(string text)
    {
        var words = new StringBuilder();
        var start = 0;
        var bytes = 0;
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > MaxWordBytes)
            {
                AppendWord(words, text.AsSpan(start, position - start));
                (start, bytes) = (position, 0);
            }
            bytes += rune.Utf8SequenceLength;
            position += rune.Utf16SequenceLength;
        }
        AppendWord(words, text.AsSpan(start));
        return words.ToString();
    }

    private static void AppendWord(StringBuilder words, ReadOnlySpan<char> text)
    {
        if (words.Length > 0)
            words.Append("\r\n ");
        words.Append("=?utf-8?B?").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(text.ToArray()))).Append("?=");
    }

    /// <summary>RFC 5322 §3.2.5: atoms as they are, anything else as one quoted string.</summary>
    private static string Phrase(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !" !#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal))
                return $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }
        return name;
    }
}

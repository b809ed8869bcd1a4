using System.Buffers;
using System.Text;

namespace MeSign.Statements.Intake;

/// <summary>The forms that texts of the job contract may have.</summary>
internal static class JobText
{
    private const int QuotedRunes = 80;

    private static readonly SearchValues<char> IdLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Line breaks and other controls (C0, DEL, C1, U+2028, U+2029), and the marks that turn the direction of what follows.</summary>
    // A text with U+202E shows "fdp.exe" where it says "exe.pdf": nothing that a person or a file is called.
    private static readonly SearchValues<char> Unsafe = SearchValues.Create(
    [
        .. Range('\u0000', '\u001F'), .. Range('\u007F', '\u009F'), '\u2028', '\u2029', .. Range('\u202A', '\u202E'), .. Range('\u2066', '\u2069'),
    ]);

    /// <summary>Index of the first character that must not reach a mail header, or -1.</summary>
    public static int IndexOfUnsafe(ReadOnlySpan<char> text) => text.IndexOfAny(Unsafe);

    /// <summary>1 to 64 of <c>A–Z a–z 0–9 . _ -</c>, a letter or digit first.</summary>
    public static bool IsId(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= JobLimits.IdLength && char.IsAsciiLetterOrDigit(text[0]) && !text.ContainsAnyExcept(IdLetters);

    /// <summary>Lower-case letters, digits and hyphens, not a hyphen first.</summary>
    public static bool IsIssuer(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= JobLimits.IdLength && text[0] != '-' && All(text, c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>A template is a file's name without its extensions, so no dot and nothing that leads out of its folder.</summary>
    public static bool IsTemplate(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= JobLimits.IdLength && char.IsAsciiLetterOrDigit(text[0]) && All(text, c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>A name that a Liquid template can write: a letter or underscore, then letters, digits and underscores.</summary>
    public static bool IsFieldName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= JobLimits.IdLength && !char.IsAsciiDigit(text[0]) && All(text, c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>The shape of a BCP 47 tag (RFC 5646 §2.1): a language of 2 to 8 letters, then subtags of 1 to 8.</summary>
    public static bool IsLocale(ReadOnlySpan<char> text)
    {
        var first = true;
        foreach (var range in text.Split('-'))
        {
            var subtag = text[range];
            if (subtag.Length is 0 or > 8 || !All(subtag, char.IsAsciiLetterOrDigit))
                return false;
            if (first && (subtag.Length < 2 || !All(subtag, char.IsAsciiLetter)))
                return false;
            first = false;
        }

        return true;
    }

    /// <summary>
    /// A value in a message: in quotes, cut at a readable length, and with nothing in it that a terminal or a log would obey. What
    /// looks like an address is not shown: messages go to logs, rows and the result queue, which hold none.
    /// </summary>
    public static string Quote(string value)
    {
        if (value.AsSpan().IndexOfAny('@', '\uFF20', '\uFE6B') >= 0)
            return "\"…@…\"";

        var quoted = new StringBuilder("\"");
        var left = QuotedRunes;
        foreach (var rune in value.EnumerateRunes())
        {
            if (left-- == 0)
            {
                quoted.Append('…');
                break;
            }

            if (rune.IsBmp && Unsafe.Contains((char)rune.Value))
                quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                quoted.Append(rune.ToString());
        }

        return quoted.Append('"').ToString();
    }

    private static bool All(ReadOnlySpan<char> text, Func<char, bool> allowed)
    {
        foreach (var c in text)
        {
            if (!allowed(c))
                return false;
        }

        return true;
    }

    private static IEnumerable<char> Range(char first, char last) => Enumerable.Range(first, last - first + 1).Select(c => (char)c);
}

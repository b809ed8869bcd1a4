using System.Globalization;
using System.Text;

namespace MeSign.Statements.Cli;

/// <summary>Text that others wrote (names in certificates, subjects, file names), made safe to show on a terminal.</summary>
internal static class PlainText
{
    private const int Longest = 1000;

    /// <summary>
    /// One line: control characters, line breaks and characters that turn or hide text are written as <c>\u{1B}</c>, so that
    /// no name can move the cursor, colour "INVALID" green or read from right to left.
    /// </summary>
    public static string Of(string? text)
    {
        var plain = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (plain.Length >= Longest)
                return plain.Append('…').ToString();

            _ = IsPlain(rune) ? plain.Append(rune.ToString()) : plain.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
        }

        return plain.ToString();
    }

    private static bool IsPlain(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}

using System.Text;

namespace MeSign.Statements.Pdf.Encryption;

/// <summary>
/// A password in the bytes that a document's writer may have made of it, the form of the standard first. A form that is not the
/// writer's opens nothing, so that trying more than one costs nothing but the attempt.
/// </summary>
internal static class PasswordForms
{
    private const string SpecialLow = "\u02D8\u02C7\u02C6\u02D9\u02DD\u02DB\u02DA\u02DC";

    private const string SpecialHigh =
        "\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203A\u2212\u2030\u201E\u201C\u201D\u2018"
        + "\u2019\u201A\u2122\uFB01\uFB02\u0141\u0152\u0160\u0178\u017D\u0131\u0142\u0153\u0161\u017E";

    /// <summary>Revisions 2 to 4: PDFDocEncoding (ISO 32000-2 annex D.3); UTF-8 by writers that have no better for other characters.</summary>
    public static IEnumerable<byte[]> Old(string password)
    {
        var encoded = password.Select(PdfDocEncoding).ToList();
        if (encoded.TrueForAll(value => value >= 0))
            yield return [.. encoded.Select(value => (byte)value)];
        if (!Ascii.IsValid(password))
            yield return Encoding.UTF8.GetBytes(password);
    }

    /// <summary>Revisions 5 and 6: SASLprep, then UTF-8 (ISO 32000-2 §7.6.4.3.3); as it is by writers that do not prepare it (qpdf).</summary>
    public static IEnumerable<byte[]> New(string password)
    {
        yield return Encoding.UTF8.GetBytes(SaslPrep(password));
        if (!Ascii.IsValid(password))
            yield return Encoding.UTF8.GetBytes(password);
    }

    /// <summary>
    /// RFC 4013 §2.1 and §2.2: spaces of tables C.1.2 become the space, what is in B.1 goes, the rest is normalized (NFKC). What §2.3 and
    /// §2.4 forbid is for whoever sets a password; one that opens the document was allowed.
    /// </summary>
    public static string SaslPrep(string password)
    {
        var mapped = new StringBuilder(password.Length);
        foreach (var character in password.Where(character => !IsMappedToNothing(character)))
            mapped.Append(IsSpace(character) ? ' ' : character);
        try
        {
            return mapped.ToString().Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair has no normal form.
            return password;
        }
    }

    // RFC 3454 table C.1.2. U+200B stands in B.1 too; RFC 4013 §2.1 maps spaces first.
    private static bool IsSpace(char character) =>
        character is '\u00A0' or '\u1680' or (>= '\u2000' and <= '\u200B') or '\u202F' or '\u205F' or '\u3000';

    // RFC 3454 table B.1.
    private static bool IsMappedToNothing(char character) => character is '\u00AD' or '\u034F' or '\u1806' or (>= '\u180B' and <= '\u180D')
        or '\u200C' or '\u200D' or '\u2060' or (>= '\uFE00' and <= '\uFE0F') or '\uFEFF';

    private static int PdfDocEncoding(char character)
    {
        if (character is < '\u0018' or (> '\u001F' and < '\u0080') or (> '\u00A0' and <= '\u00FF' and not '\u00AD'))
            return character;
        if (character == '\u20AC')
            return 0xA0;
        if (SpecialLow.IndexOf(character, StringComparison.Ordinal) is var low and >= 0)
            return 0x18 + low;
        return SpecialHigh.IndexOf(character, StringComparison.Ordinal) is var high and >= 0 ? 0x80 + high : -1;
    }
}

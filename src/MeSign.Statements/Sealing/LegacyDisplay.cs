using System.Text.Encodings.Web;

namespace MeSign.Statements.Sealing;

/// <summary>
/// The protected subject once more, in the text, for clients that show only the outer one (RFC 9788, Legacy Display
/// Elements). Clients that know header protection leave it away.
/// </summary>
internal sealed class LegacyDisplay(string subject)
{
    /// <summary>Marks a text part that begins with such an element.</summary>
    public const string Parameter = "; hp-legacy-display=\"1\"";

    private const string Open = "<div class=\"header-protection-legacy-display\">";
    private const string Close = "</div>";

    public string InText(string text) => $"Subject: {subject}\r\n\r\n{text}";

    public string InHtml(string html)
    {
        var element = $"{Open}<pre>Subject: {HtmlEncoder.Default.Encode(subject)}</pre>{Close}";
        var body = html.IndexOf("<body", StringComparison.OrdinalIgnoreCase);
        var start = body < 0 ? 0 : html.IndexOf('>', body) + 1;
        return html.Insert(start, element);
    }

    /// <summary>The text without its element: all up to the first empty line.</summary>
    public static string OutOfText(string text)
    {
        var unix = text.IndexOf("\n\n", StringComparison.Ordinal);
        var dos = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (dos, unix) switch
        {
            ( >= 0, _) when unix < 0 || dos < unix => text[(dos + 4)..],
            (_, >= 0) => text[(unix + 2)..],
            // Nothing comes after the element: there is no other text.
            _ => "",
        };
    }

    public static string OutOfHtml(string html)
    {
        var start = html.IndexOf(Open, StringComparison.Ordinal);
        var end = start < 0 ? -1 : html.IndexOf(Close, start, StringComparison.Ordinal);
        return end < 0 ? html : html.Remove(start, end + Close.Length - start);
    }
}

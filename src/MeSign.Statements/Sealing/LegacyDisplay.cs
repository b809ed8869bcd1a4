using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace MeSign.Statements.Sealing;

/// <summary>
/// The protected subject once more, in the text, for clients that show only the outer one (RFC 9788, Legacy Display
/// Elements). Clients that know header protection leave it away.
/// </summary>
internal sealed partial class LegacyDisplay(string subject)
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

    /// <summary>The HTML without every such element, whatever else is in its tags or inside it (RFC 9788 §4.5.3.3).</summary>
    public static string OutOfHtml(string html)
    {
        var rest = new StringBuilder();
        var (kept, depth) = (0, 0);
        foreach (Match tag in Div().Matches(html))
        {
            var ends = tag.Groups["end"].Success;
            if (depth > 0)
            {
                depth += ends ? -1 : 1;
                if (depth == 0)
                    kept = tag.Index + tag.Length;
            }
            else if (!ends && Marked().IsMatch(tag.Groups["attributes"].Value))
            {
                rest.Append(html, kept, tag.Index - kept);
                (kept, depth) = (tag.Index, 1);
            }
        }
        return rest.Append(html, kept, html.Length - kept).ToString();
    }

    [GeneratedRegex(@"<(?<end>/)?div\b(?<attributes>[^>]*)>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Div();

    [GeneratedRegex(@"\bclass\s*=\s*(""[^""]*|'[^']*)?(?<![\w-])header-protection-legacy-display(?![\w-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Marked();
}

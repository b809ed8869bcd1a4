using System.Net;
using System.Text;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>The words of an HTML part, one block a line. Enough to find an address and a reply in it; linear in its length.</summary>
internal static class HtmlText
{
    public static string Read(string html)
    {
        var text = new StringBuilder(html.Length);
        var hidden = false;
        for (var at = 0; at < html.Length;)
        {
            if (html[at] != '<' || !BeginsTag(html, at))
            {
                if (!hidden)
                    text.Append(html[at] is '\r' or '\n' ? ' ' : html[at]);
                at++;
                continue;
            }

            var end = html.IndexOf('>', at);
            if (end < 0)
                break;

            var tag = html.AsSpan(at + 1, end - at - 1);
            if (Is(tag, "style") || Is(tag, "script"))
                hidden = true;
            else if (Is(tag, "/style") || Is(tag, "/script"))
                hidden = false;
            else if (!Is(tag, "a") && !Is(tag, "/a") && !Is(tag, "b") && !Is(tag, "/b") && !Is(tag, "font") && !Is(tag, "/font") && !Is(tag, "span") && !Is(tag, "/span"))
                text.Append('\n');
            at = end + 1;
        }

        return WebUtility.HtmlDecode(text.ToString());
    }

    // <a@example.org> in a careless page is an address.
    private static bool BeginsTag(string html, int at)
    {
        var end = html.AsSpan(at, Math.Min(html.Length - at, 200)).IndexOfAny("> ");
        return at + 1 < html.Length && (char.IsAsciiLetter(html[at + 1]) || html[at + 1] is '/' or '!') && (end < 0 || html.AsSpan(at, end).IndexOf('@') < 0);
    }

    private static bool Is(ReadOnlySpan<char> tag, string name) =>
        tag.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (tag.Length == name.Length || !char.IsAsciiLetterOrDigit(tag[name.Length]));
}

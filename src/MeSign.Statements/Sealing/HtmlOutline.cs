using MimeKit.Text;

namespace MeSign.Statements.Sealing;

/// <summary>What an HTML template must have so that everyone can read what it makes (WCAG 2.2: 1.1.1, 1.3.2, 2.4.2, 3.1.1).</summary>
internal static class HtmlOutline
{
    /// <param name="template">The template as it was written, its Liquid left in.</param>
    /// <param name="locale">The locale that its name offers.</param>
    /// <returns>Every fault; empty for a good one.</returns>
    public static IEnumerable<string> Faults(string template, string locale)
    {
        using var reader = new StringReader(template);
        var tokenizer = new HtmlTokenizer(reader);
        HtmlTagToken? html = null;
        var hasTitle = false;
        var picturesWithoutText = 0;
        while (tokenizer.ReadNextToken(out var token))
        {
            if (token is not HtmlTagToken { IsEndTag: false } tag)
                continue;
            if (tag.Id == HtmlTagId.Html)
                html ??= tag;
            hasTitle |= tag.Id == HtmlTagId.Title;
            picturesWithoutText += tag.Id == HtmlTagId.Image && Attribute(tag, "alt") is null ? 1 : 0;
        }

        if (html is null || string.IsNullOrWhiteSpace(Attribute(html, "lang")))
            yield return "has no <html lang=\"…\">: screen readers would speak it in another language";
        else if (!Says(html, "lang", value => value.Split('-')[0].Equals(locale.Split('-')[0], StringComparison.OrdinalIgnoreCase)))
            yield return $"says <html lang=\"{Attribute(html, "lang")}\">, and its name says {locale}";
        if (TextDirection.IsRightToLeft(locale) && (html is null || !Says(html, "dir", value => value.Equals("rtl", StringComparison.OrdinalIgnoreCase))))
            yield return "has no <html dir=\"rtl\">: its language is written from right to left";
        if (!hasTitle)
            yield return "has no <title>";
        if (picturesWithoutText > 0)
            yield return "has an <img> without alt: give the text that stands for it, or alt=\"\" where it says nothing";
    }

    // What Liquid fills in is not known yet.
    private static bool Says(HtmlTagToken tag, string name, Func<string, bool> right) =>
        Attribute(tag, name) is { } value && (value.Contains("{{", StringComparison.Ordinal) || right(value));

    private static string? Attribute(HtmlTagToken tag, string name) =>
        tag.Attributes.FirstOrDefault(attribute => attribute.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value?.Trim();
}

using System.Collections.Frozen;
using System.Text.RegularExpressions;
using MimeKit.Text;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Finds in HTML what would be fetched when the message is read, and so would tell somebody that it was, or what mail
/// programs throw away because it could: links that a reader may follow are not among it.
/// </summary>
internal static partial class RemoteContent
{
    private static readonly FrozenSet<string> Elements = new[] { "script", "iframe", "frame", "object", "embed", "applet", "link", "base", "form", "audio", "video" }
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Attributes = new[] { "src", "srcset", "background", "poster", "data", "lowsrc", "dynsrc", "xlink:href", "formaction", "ping" }
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <returns>The first such thing in words; null where there is none.</returns>
    public static string? Find(string html)
    {
        using var reader = new StringReader(html);
        var tokenizer = new HtmlTokenizer(reader) { DecodeCharacterReferences = true };
        var inStyle = false;
        while (tokenizer.ReadNextToken(out var token))
        {
            switch (token)
            {
                case HtmlTagToken tag when InTag(tag) is { } found:
                    return found;
                case HtmlTagToken tag:
                    inStyle = !tag.IsEndTag && tag.Name.Equals("style", StringComparison.OrdinalIgnoreCase);
                    break;
                case HtmlDataToken data when inStyle && Fetch().IsMatch(data.Data):
                    return "<style> fetches something";
                default:
                    break;
            }
        }
        return null;
    }

    private static string? InTag(HtmlTagToken tag)
    {
        if (tag.IsEndTag)
            return null;
        if (Elements.Contains(tag.Name))
            return $"<{tag.Name}>";
        foreach (var attribute in tag.Attributes)
        {
            var value = attribute.Value?.Trim() ?? "";
            if (attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase))
                return $"<{tag.Name} {attribute.Name}>";
            if (Attributes.Contains(attribute.Name) && !value.StartsWith("cid:", StringComparison.OrdinalIgnoreCase))
                return $"<{tag.Name} {attribute.Name}> is not a cid:";
            if (attribute.Name.Equals("style", StringComparison.OrdinalIgnoreCase) && Fetch().IsMatch(value))
                return $"<{tag.Name} style> fetches something";
            if (tag.Name.Equals("meta", StringComparison.OrdinalIgnoreCase) && attribute.Name.Equals("http-equiv", StringComparison.OrdinalIgnoreCase)
                && value.Equals("refresh", StringComparison.OrdinalIgnoreCase))
                return "<meta http-equiv=refresh>";
            if (attribute.Name.Equals("href", StringComparison.OrdinalIgnoreCase) && value.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase))
                return $"<{tag.Name} href> is a script";
        }
        return null;
    }

    // A backslash hides letters from whoever looks for words (CSS escapes).
    [GeneratedRegex(@"url\s*\(|@import|image-set\s*\(|expression\s*\(|\\", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fetch();
}

using System.Text.RegularExpressions;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Where in a text the copy of the original message begins, for reports that are one text from end to end.</summary>
internal static partial class OriginalCopy
{
    private const int FieldsToTell = 3;
    private const int LinesToTell = 14;
    private const int LongestLine = 400;

    /// <returns>The place of the first line that belongs to the copy, or the length of the text.</returns>
    public static int Find(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            var line = text.AsSpan(at, Math.Min(next - at, LongestLine)).Trim();
            if (Announcement().IsMatch(line) || (IsHeaderField(line) && BeginsHeader(text.AsSpan(at))))
                return at;

            at = next;
        }

        return text.Length;
    }

    /// <summary>Reads the original's header from its copy; quoted or indented by a line's common head.</summary>
    public static MailFields? ReadHeader(string copy)
    {
        var groups = MailFields.ReadGroups(copy, most: 3);
        return groups.FirstOrDefault(group => group.Count >= 2 && (group.Has("From") || group.Has("Message-ID") || group.Has("To") || group.Has("Received")));
    }

    private static bool BeginsHeader(ReadOnlySpan<char> text)
    {
        var (fields, lines) = (0, 0);
        foreach (var line in text.EnumerateLines())
        {
            if (line.IsEmpty || ++lines > LinesToTell)
                break;
            if (line[0] is ' ' or '\t')
                continue;
            if (MailFields.NameOf(line) is null)
                break;
            if (IsHeaderField(line))
                fields++;
        }

        return fields >= FieldsToTell;
    }

    private static bool IsHeaderField(ReadOnlySpan<char> line) => HeaderField().IsMatch(line);

    [GeneratedRegex(@"^(received|return-path|message-id|mime-version|date|from|to|subject|content-type|dkim-signature|x-mailer|delivered-to):", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex HeaderField();

    [GeneratedRegex(
        @"^([-=_*+>|\s#.]{3,}.{0,30}(below (this|the next) line|(this is )?(a |the )?(copy|start|beginning|text|headers?) of (the |your |returned )?(original |full )?(message|mail|body)|original (message|mail|text|nachricht)|(unsent|returned|undelivered|failed|rejected|forwarded) (message|mail)|message (header|text|content|follows|body)|original-?nachricht|mail headers?|header of original)|(the )?(original|unsent|returned|rejected|your) (message|mail)('s headers?)? (follows|was|is included|header|below)?.{0,40}:?\s*-{2,}|(the )?(original|returned|text of the original|text of your) (message|mail)( text| headers?)? (follows|is below|appears below)|.{0,20}below (this|the next) line is a copy of|(here is|this is) (a|your) copy of (the|your)|old message:|received: from \S+ |.{0,30}first \d+ lines of)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Announcement();
}

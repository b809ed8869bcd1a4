using System.Globalization;
using System.Text.RegularExpressions;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Reply codes (RFC 5321 §4.2) and enhanced codes (RFC 3463) in free text.</summary>
internal static partial class ReplyText
{
    private const int LongestReply = 600;
    private const int LongestText = 8 << 10;

    /// <summary>The enhanced code in a Status field or a text; the most telling where there are several.</summary>
    /// <param name="text">The text.</param>
    /// <param name="classes">First digits of those that are looked for: version numbers are easily taken for successes.</param>
    public static string? Status(string? text, string classes = "245")
    {
        if (string.IsNullOrEmpty(text))
            return null;

        string? found = null;
        foreach (var code in Enhanced().Matches(text).Select(match => match.Groups["code"].Value).Where(code => classes.Contains(code[0], StringComparison.Ordinal)).Take(50))
        {
            // x.0.0 and x.y.0 say less than what follows them.
            if (found is null || Detail(code) > Detail(found))
                found = code;
        }

        return found;
    }

    public static int? Code(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;

        var match = Reply().Match(text);
        return match.Success ? int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The reply in a text: from its code to the end of its paragraph, at most 600 characters.</summary>
    public static string? Find(string text)
    {
        var match = Reply().Match(text);
        if (!match.Success)
            return null;

        var rest = text.AsSpan(match.Index, Math.Min(text.Length - match.Index, LongestReply));
        var length = 0;
        foreach (var line in rest.EnumerateLines())
        {
            var at = rest[length..].IndexOf(line, StringComparison.Ordinal) + length;
            if (length > 0 && (line.IsWhiteSpace() || line.TrimStart().StartsWith(">>>", StringComparison.Ordinal) || line.TrimStart().StartsWith("---", StringComparison.Ordinal)))
                break;

            length = at + line.Length;
        }

        return rest[..length].ToString();
    }

    /// <summary>What is said, without the addresses and links in it, which are full of telling words that tell nothing, and without the phrases that every report begins with.</summary>
    public static string Bare(string text)
    {
        if (text.Length > LongestText)
            text = text[..LongestText];
        text = Continuation().Replace(text, " ");
        text = WithoutRepeatedCodes(text);
        text = string.Concat(Link().Matches(text).Select(link => MeaningOf(link.Value)).Distinct(StringComparer.Ordinal)) + Link().Replace(text, " ");
        text = Noise().Replace(text, " ");
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Phrases().Replace(text, " ");
    }

    /// <summary>The last line of a reply begins with the codes again, in the middle of what is said.</summary>
    private static string WithoutRepeatedCodes(string text)
    {
        var first = true;
        return Codes().Replace(text, codes =>
        {
            var keep = first;
            first = false;
            return keep ? codes.Value : " ";
        });
    }

    /// <summary>Many replies say only where to read on; a few of those places tell what it is about, whatever the words say, and in whatever language.</summary>
    private static string MeaningOf(string link) =>
        BlockList().IsMatch(link) ? " listed on a blocklist "
        : link.Contains("topic=25838", StringComparison.Ordinal) || link.Contains("groups.google.com/support", StringComparison.Ordinal) ? " no permission to post to the group "
        : "";

    /// <summary>What had been said when the reply came, where the text tells.</summary>
    public static ReplyPhase PhaseOf(string text)
    {
        var match = Phase().Match(text.Length > LongestText ? text[..LongestText] : text);
        return !match.Success ? ReplyPhase.Unknown
            : match.Groups["connect"].Success ? ReplyPhase.Connect
            : match.Groups["sender"].Success ? ReplyPhase.MailFrom
            : match.Groups["recipient"].Success ? ReplyPhase.Recipient
            : ReplyPhase.Data;
    }

    /// <summary>0 for x.0.0, 1 for x.y.0 or x.0.z, 2 for a code that says what happened.</summary>
    public static int Detail(string status)
    {
        var parts = status.Split('.');
        return (parts[1] == "0" ? 0 : 1) + (parts[2] is "0" or "00" or "000" ? 0 : 1);
    }

    [GeneratedRegex(@"(?<![0-9.])(?<code>[245]\.[0-7]\.[0-9]{1,3})(?![0-9]|\.[0-9])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Enhanced();

    [GeneratedRegex(@"(?<![0-9.@/=_-]|\S:)(?<code>[45][0-5][0-9])(?=[ \-#:,]|$|\s)(?!\s*(kb|mb|bytes|k\b|seconds|minutes|hours|days))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Reply();

    // Postfix, Exim, qmail, and sendmail's transcript.
    [GeneratedRegex(@"(?<connect>refused to talk to me|after initial connection|my name was rejected|but greeting failed|in reply to (HELO|EHLO) command|after (HELO|EHLO)\b)|(?<sender>in reply to MAIL FROM command|after (pipelined )?MAIL FROM:|after MAIL command|but sender was rejected|>>> MAIL FROM:[^\n]{0,200}\n\s*<<< [45])|(?<recipient>in reply to RCPT TO command|after (pipelined )?RCPT TO|after RCPT command|does not like recipient|>>> RCPT TO:[^\n]{0,200}\n\s*<<< [45])|(?<data>in reply to (end of DATA|DATA) command|after (pipelined )?end of data|after DATA\b|for TEXT command|failed after I sent the message|>>> (DATA|\.)\r?\n\s*<<< [45])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Phase();

    // RFC 5321 §4.2.1: the code again, with a hyphen, before each line; some put it into the middle of ours.
    [GeneratedRegex(@"\s[45][0-9]{2}-(#?[45]\.[0-9]{1,3}\.[0-9]{1,3}\s)?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Continuation();

    [GeneratedRegex(@"(?<![0-9.])[45][0-9]{2}[\s-]#?[45]\.[0-9]{1,3}\.[0-9]{1,3}\s", RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex Codes();

    [GeneratedRegex(@"https?://\S{1,300}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex Link();

    [GeneratedRegex("spamhaus|dnsbl|rbl|bl\\?ip=|barracuda|spamcop|sorbs|snds|ipblock|block-?list|ip-?lookup|ip-?check", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex BlockList();

    [GeneratedRegex(@"(?m:^\s*>>> .{0,200}$)|[^\s<>()\[\]:;,""]{1,100}@[^\s<>()\[\]:;,""]{1,250}|\(in reply to [a-z ]{3,40} command\)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 30_000)]
    private static partial Regex Noise();

    [GeneratedRegex(
        @"this (message|report|e-?mail|notice|is an?) (was |is |has been )?(created |generated )?(an )?automatic(ally)?[^.]{0,80}\.?|a message that you sent could not be delivered to (one or more|all) of (its|the) recipients\.?|this is a permanent error[^.]{0,40}\.?|the following (address(es|\(es\))?|recipients?|message)[^.:]{0,60}(failed|errors?|delivered)[.:]?|technical details of (permanent|temporary) failure:?|(delivery|delivering|your mail) to the following recipients? (has )?(failed|was delayed)[a-z ]{0,20}[.:]?|google tried to deliver your message, but it was rejected by the (recipient domain|server for the recipient domain [^ ]{1,80} by [^ ]{1,80}( \[[^ ]{1,50})?)\.?|we recommend contacting the other email provider[^.]{0,80}\.( the error that the other server returned was:)?|the error that the other server returned was:|-{3,} ?(transcript of session follows|the following addresses had[^-]{0,60}) ?-{3,}|smtp error from remote (mail ?server|mailer|mail server|server) after [a-z ]{3,30}(command|of data|connection)?:?( ?size=\d+)?:?|recipient address rejected:|i'm afraid i wasn't able to deliver your message to the following addresses\.?|for further assistance, please (send mail to|contact)[^.]{0,60}\.?|if you do so, please include this problem report[^.]{0,80}\.?|you can delete your own text from the attached returned message\.?|learn more at|there was an error delivering your mail to|the mail system|i'm sorry to have to inform you that your message could not be delivered to one or more recipients[^.]{0,40}\.?|this is the mail system at host|for (more|further) information[^.]{0,60}|\(delivery attempts: \d+\)|to reduce the amount of spam[^.]{0,60}|please contact your (system|mail)?[^.]{0,40}administrator",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 30_000)]
    private static partial Regex Phrases();
}

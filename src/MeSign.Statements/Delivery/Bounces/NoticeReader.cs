using System.Text.RegularExpressions;
using static System.Text.RegularExpressions.RegexOptions;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Finds in a notice for people who was not reached, and what is said of each.</summary>
internal static class NoticeReader
{
    private const int MostRecipients = 20;
    private const int MostCandidates = 200;
    private const int LongestList = 400;

    /// <summary>Points that make an address a recipient whatever else is there.</summary>
    private const int Sure = 4;

    private static readonly Regex Staff = new(
        @"^(postmaster|mailer-daemon|mail-daemon|mdaemon|abuse|noc|support|help|helpdesk|admin|administrator|webmaster|hostmaster|root|no-?reply)@", IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking);

    private static readonly Regex NotTheRecipient = new(
        @"(from|by|contact|sender|sender('s)? (e-?mail )?address|sent by|e-?mail (to|us)|mail from|message-?id|helo|ehlo|write to|return-path|reply-to)\s*[:=]?\s*[<(\x22']?$", IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking);

    private static readonly Regex GeneratedFrom = new(@"(generated|expanded) from:?\s*<?$", IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking);

    private static readonly Regex TheRecipient = new(
        @"((recipients?|rcpt to|user|user ?id|address|mailbox|account|deliver(ed|y)? to|to|for|undeliverable|following)\s*[:=]?\s*|\bsmtp=|failed[^\n@]{0,20}:\s*)[<(\x22']?$", IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking);

    /// <summary>The original's own field, quoted by way of a heading: Exchange and others begin with it.</summary>
    private static readonly Regex QuotedField = new(@"\n[ \t>]*(to|cc):\s*[<\x22']?$", IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking);

    /// <summary>What a list of those who were not reached begins with.</summary>
    private static readonly Regex Announcement = new(
        @"(following|these|intended|failed|unreachable) (e-?mail )?(recipient|address|user|mailbox|person)[^\n]{0,80}\r?\n|address[^\n]{0,30}(failed|errors|follow)[^\n]{0,40}\r?\n", IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking);

    /// <summary>Whom the last hop of the returned message was for, which the To field of a list or a forwarding does not tell.</summary>
    private static readonly Regex ReceivedFor = new(@"\bfor\s+<?(?<address>[^\s<>;]{1,128}@[^\s<>;]{1,250})", IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking);

    public static IReadOnlyList<BouncedRecipient> Read(BounceMessage parts)
    {
        // Some systems write the fields of a report into a text.
        if (StatusReport.Read(parts.Notice) is { Recipients: [_, ..] } fields && fields.Recipients.Any(entry => entry is { Address: not null, Action: not null }))
            return [.. fields.Recipients.Where(entry => entry.Address is not null).Select(entry => StatusReport.Explain(entry, parts))];

        var kind = BounceSigns.SaysDelayed(parts) ? BounceKind.Delayed : BounceKind.Failure;
        return [.. Find(parts).DefaultIfEmpty(null).Select(address =>
        {
            var words = About(parts, address);
            return BounceClassifier.Explain(address, kind, null, words, [words, parts.Notice, Subject(parts)]);
        })];
    }

    /// <summary>What a notice says of one recipient: from its address to the next one's, or all of it.</summary>
    public static string About(BounceMessage parts, string? address)
    {
        var notice = parts.Notice;
        if (address is null)
            return notice;

        var places = BounceAddresses.In(notice).Take(MostCandidates).ToArray();
        var first = Array.FindIndex(places, place => Same(place.Address, address) && StartsLine(notice, place.At));
        if (first < 0)
            return notice;

        var next = Array.FindIndex(places, first + 1, place => !Same(place.Address, address) && StartsLine(notice, place.At));
        var text = notice[places[first].At..(next < 0 ? notice.Length : places[next].At)];
        return text.Length > address.Length + 12 ? text : notice;
    }

    /// <summary>The subject where it says why; it often quotes that of the original.</summary>
    public static string Subject(BounceMessage parts) =>
        parts.Header["Subject"] is { } subject && BouncePhrases.Find(ReplyText.Bare(subject)) is not null ? subject : "";

    private static string[] Find(BounceMessage parts)
    {
        var failed = parts.Header.All("X-Failed-Recipients").SelectMany(BounceAddresses.In).Select(found => found.Address).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostRecipients).ToArray();
        if (failed.Length > 0)
            return failed;

        var scores = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var sentTo = parts.Original is { } original
            ? original.All("To").Concat(original.All("Cc")).SelectMany(BounceAddresses.In).Select(found => found.Address).ToHashSet(StringComparer.OrdinalIgnoreCase)
            : [];
        var ours = parts.Header.All("From").Concat(parts.Header.All("To")).Append(parts.Original?["From"]).Append(parts.Original?["Return-Path"])
            .Select(BounceAddresses.Of).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        var lists = Announcement.Matches(parts.Notice).Select(match => match.Index + match.Length).ToArray();
        foreach (var (at, address) in BounceAddresses.In(parts.Notice).Take(MostCandidates))
        {
            if (QuotedField.IsMatch(Before(parts.Notice, at)))
                continue;

            var score = Score(parts.Notice, at, address, lists) + (sentTo.Contains(address) ? 3 : 0) - (ours.Contains(address) ? 6 : 0);
            scores[address] = Math.Max(score, scores.GetValueOrDefault(address, int.MinValue));
        }

        var best = scores.Count == 0 ? 0 : scores.Values.Max();
        if (best >= Sure)
            return [.. scores.Where(pair => pair.Value >= Math.Max(Sure, best - 2)).Select(pair => pair.Key).Take(MostRecipients)];
        if (best == Sure - 1)
            return [scores.MaxBy(pair => pair.Value).Key];
        if (parts.Original?["Received"] is { } hop && ReceivedFor.Match(hop) is { Success: true } envelope)
            return [envelope.Groups["address"].Value];
        if (sentTo.Count is > 0 and <= MostRecipients)
            return [.. sentTo];
        return best >= 0 && scores.Count > 0 ? [scores.MaxBy(pair => pair.Value).Key] : [];
    }

    private static int Score(string text, int at, string address, int[] lists)
    {
        var starts = StartsLine(text, at);
        var before = Before(text, at);

        // "<support@example.org>:" begins what is said of that recipient, whoever it is. Further in, it begins a line of a reply.
        var listed = at > 0 && text[at - 1] is '<' or '"' && (at == 1 || text[at - 2] is '\n') && text.AsSpan(at + address.Length) is ['>' or '"', ':', ..];
        var score = (starts ? 3 : 0) + (EndsLine(text, at + address.Length) ? 2 : 0);
        if (listed || (starts && Array.Exists(lists, end => end <= at && at - end < LongestList)))
            score += 4;
        if (TheRecipient.IsMatch(before))
            score += 3;
        if (GeneratedFrom.IsMatch(before))
            score += 9;
        else if (NotTheRecipient.IsMatch(before))
            score -= 5;
        return Staff.IsMatch(address) && !listed ? score - 4 : score;
    }

    private static ReadOnlySpan<char> Before(string text, int at) => text.AsSpan(Math.Max(0, at - 40), Math.Min(at, 40));

    private static bool StartsLine(string text, int at)
    {
        while (at > 0 && text[at - 1] is ' ' or '\t' or '<' or '"' or '\'' or '(' or '*' or '-' or '>' or '[')
            at--;
        return at == 0 || text[at - 1] is '\n' or '\r';
    }

    private static bool EndsLine(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '>' or '"' or '\'' or ')' or ':' or ']' or '.' or ',')
            at++;
        return at >= text.Length || text[at] is '\r' or '\n';
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}

using System.Text.RegularExpressions;
using static System.Text.RegularExpressions.RegexOptions;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Whether a message that is no standard report is a notice of non-delivery, an automatic answer or neither.</summary>
internal static class BounceSigns
{
    private const int LongestOpening = 600;

    private const RegexOptions Options = IgnoreCase | CultureInvariant | ExplicitCapture | NonBacktracking;

    private static readonly Regex Daemon = new(
        @"mailer-?_?daemon|post_?master|mail[ -]?delivery|delivery[ -]?(sub)?system|mdaemon|mail ?administrator|mailadm|system administrator|mail-?system|bounce|microsoft exchange|mail\.?server|emailer|symantec|_?mailer@|root@|no-?reply.{0,20}quarantine|internet mail|mail router|complaints@|gateway",
        Options);

    private static readonly Regex Subject = new(
        @"undeliver|un-deliver|mail failure|error sending|not (a )?member|\u30a8\u30e9\u30fc|non[- ]?deliver|not (be )?delivered|rejected:|returned (mail|to sender|e-?mail)|return(ed|ing) (the )?(mail|message|original)|deliver(y|ing)? .{0,30}(fail|err|problem|notif|status|report|delay|incomplete)|fail(ed|ure)? .{0,25}(deliver|notice|mail|send)|fail(ed|ure) (on|for)|mail (system )?error|mail could not|could not (be )?(sen[dt]|deliver)|(message|mail|e-?mail) .{0,20}(fail|reject|bounce|error|refus|delay|block|undel)|(cannot|can't|unable to) (send|deliver)|bounce[d ]|rejected|user unknown|quota|mailbox (full|unavail|not)|warning: .{0,40}(mail|message)|wasn't delivered|unzustellbar|zustell(ung|bar)|non remis|echec|\u00e9chec|impossible de|devuelto|no se (puede|ha) entreg|nedoru\u010d|mancata consegna|n\u00e3o entreg|niedor\u0119cz|\u4e0d\u9054|\u9001\u4fe1|\u9000\u4fe1|\u672a\u6295\u9012|delivery",
        Options);

    private static readonly Regex AutoSubject = new(
        @"^(re: ?|aw: ?)?(\[?auto|automat|out of (the )?office|away from|i am out|vacation|holiday|on (leave|vacation)|abwesen|absence|r\u00e9ponse automatique|autom. ?antw|mimo kancel|nep\u0159\u00edtom|fuera de|respuesta autom|resposta autom|fuori ufficio|ooo\b|.{0,60}automat\w+ (atbilde|reply|response|antwort|odpov|svar)|je suis absent|odsutno|thank you for (your|contact))",
        Options);

    private static readonly Regex Notice = new(
        @"trouble delivering|permanent errors?|malformed address|not (a )?member|(not|n't|unable to|impossible|failed to) (be |have been |been )?(successfully )?(deliver|sen[dt]|reach)|undeliver|(permanent|fatal) (error|failure|fail)|delivery .{0,40}(fail|error|unsuccess|problem|not possible)|returned (to sender|mail|message)|(user|recipient|mailbox|address|account|domain|host) .{0,30}(unknown|not (found|exist|known|valid|local)|unavailable|rejected|disabled|full|does(n't| not) exist)|unknown (user|recipient|address|host|domain)|no such (user|mailbox|recipient|address)|not a valid (user|address|mailbox)|quota|bounced|said: [45]\d\d|\b55[0-9][ -]|[45]\.[0-7]\.\d|message .{0,40}(reject|refus|could not|was not|blocked)|giving up|given up|(has been|is being) returned|(following|these) (recipient|address|user|destination)|will (keep|continue) (trying|to try)|mail .{0,20}loop|\u914d\u4fe1|\u9001\u4fe1",
        Options);

    /// <summary>What only a system begins with, whoever it says that it is.</summary>
    private static readonly Regex Opening = new(
        @"^[^A-Za-z>|]*(this is the (mail system|mail delivery agent|postfix program|qmail-send program)|hi\. this is the|this message was created automatically by mail|the original message was received at|delivery has failed to these recipients|(delivery incomplete|address not found|message (not delivered|blocked))\b|the following message to .{1,100} was undeliverable|your message to .{1,100} (couldn't|could not) be delivered|votre message n'a pas pu|your message (could not|was not|couldn't|wasn't) be(en)? delivered to|a message could not be delivered|delivery to the following recipients? failed|this is an automatically generated delivery status)",
        Options);

    private static readonly Regex Delay = new(
        @"(will|delivery) retry for \d|delivery incomplete|temporary problem delivering|postponed|attempts? will continue|will (continue|keep|be|try|retry)[^.]{0,40}(try|tri|retr|again|attempt)|(has|have) not yet been delivered|(being|is|been|was|delivery) (temporarily )?(delayed|deferred)|still (trying|being|not)|(you )?do not need to (resend|do anything)|no (action|need) .{0,40}(required|resend)|this is a warning (message )?only|delay(ed)? (notification|notice|mail|warning)|warning: (could not send|message)|delivery (status notification )?\(?delay",
        Options);

    private static readonly Regex GivenUp = new(@"giv(en|ing) up|no (further|more) (attempt|deliver)|too (long|old)|permanent(ly)? (fatal )?(error|failure|undeliver)|failed permanently|expired|will not be (retried|resent)|could not be delivered (within|for)|exceeded", Options);

    /// <returns>Failure, AutoReply or NotABounce.</returns>
    public static BounceKind Weigh(BounceMessage parts)
    {
        var header = parts.Header;
        if (header.Has("X-Failed-Recipients") || parts.ReportType == "delivery-status")
            return BounceKind.Failure;

        if (parts.IsBare)
            return BeginsAsSystem(parts) ? BounceKind.Failure : BounceKind.NotABounce;

        var subject = header["Subject"] ?? "";
        var from = header["From"] ?? "";
        var system = Daemon.IsMatch(from) || from.Contains("<>", StringComparison.Ordinal);
        var daemon = system || Daemon.IsMatch(header["Sender"] ?? "") || header["Return-Path"] is "<>" || header["X-Mailer"] is { } mailer && mailer.Contains("bounce", StringComparison.OrdinalIgnoreCase);
        var telling = Subject.IsMatch(subject);
        var says = Notice.IsMatch(parts.Notice);
        if (IsAutoReply(header, subject) && !(system && (telling || says || from.Contains("mailer-daemon", StringComparison.OrdinalIgnoreCase))))
            return BounceKind.AutoReply;

        // People answer statements too, and write of full mailboxes: without a system for a sender it takes more.
        var bounced = daemon
            ? telling || says || parts.Original is not null
            : telling && says && (!IsAnswer(header, subject) || BeginsAsSystem(parts));
        return bounced ? BounceKind.Failure : BounceKind.NotABounce;
    }

    public static bool SaysDelayed(BounceMessage parts) =>
        Delay.IsMatch($"{parts.Header["Subject"]}\n{parts.Notice}") && !GivenUp.IsMatch(parts.Notice);

    /// <summary>Filters of mailboxes refuse with a disposition notification (RFC 5429 §2.2).</summary>
    public static bool SaysRejected(BounceMessage parts) =>
        (parts.Header["Auto-Submitted"] ?? "").Contains("rejected", StringComparison.OrdinalIgnoreCase)
        || parts.Notice.Contains("was automatically rejected", StringComparison.OrdinalIgnoreCase);

    /// <summary>A complaint in the plain form of before RFC 5965.</summary>
    public static bool IsPlainComplaint(BounceMessage parts) =>
        parts.ReportType == "feedback-report"
        || parts.Header.Has("X-HmXmrOriginalRecipient")
        || (parts.Original is not null && parts.DeliveryStatus is null
            && (parts.Header["From"] ?? "") is var from
            && (parts.Original.Has("X-HmXmrOriginalRecipient")
                || ((parts.Header["Subject"] ?? "").StartsWith("complaint about message", StringComparison.OrdinalIgnoreCase) && from.Contains('@', StringComparison.Ordinal))));

    private static bool BeginsAsSystem(BounceMessage parts) => Opening.IsMatch(parts.Notice.AsSpan(0, Math.Min(parts.Notice.Length, LongestOpening)));

    private static bool IsAnswer(MailFields header, string subject) =>
        header.Has("In-Reply-To") || subject.StartsWith("re:", StringComparison.OrdinalIgnoreCase) || subject.StartsWith("fw", StringComparison.OrdinalIgnoreCase)
        || header["User-Agent"] is not null;

    private static bool IsAutoReply(MailFields header, string subject)
    {
        var submitted = header["Auto-Submitted"] ?? "";
        return (submitted.StartsWith("auto-replied", StringComparison.OrdinalIgnoreCase) || header.Has("X-Autoreply") || header.Has("X-Autorespond")
            || header.Has("X-Autogenerated") || header.Has("X-Apple-Action") && header["X-Apple-Action"]!.Contains("VACATION", StringComparison.OrdinalIgnoreCase)
            || header["Precedence"] is { } precedence && precedence.Contains("auto", StringComparison.OrdinalIgnoreCase)
            || AutoSubject.IsMatch(subject))
            && !header.Has("X-Failed-Recipients");
    }
}

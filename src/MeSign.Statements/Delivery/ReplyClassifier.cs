using System.Globalization;
using static MeSign.Statements.Delivery.DeferralReason;
using static MeSign.Statements.Delivery.SmtpPhase;
using static MeSign.Statements.FailureCode;

namespace MeSign.Statements.Delivery;

/// <summary>
/// What a relay's reply means for the statement, from reply code (RFC 5321 §4.2), enhanced code (RFC 3463, 5248, 7372) and
/// phase. The only place that decides it; docs/replies.md shows every line of it at work on replies of large providers.
/// </summary>
/// <remarks>
/// The principle: a statement fails only on an answer about this sender, this recipient or this message. Whatever speaks of
/// the relay, of the connection, of our credentials or of a step of the protocol defers it, since nothing is lost by waiting
/// until the statement expires.
/// </remarks>
internal static class ReplyClassifier
{
    /// <summary>Read from the top; the first line that matches decides.</summary>
    internal static readonly ReplyRule[] Rules =
    [
        // The connection and the relay itself.
        Defer("421", null, RelayUnavailable),                // closing the channel: RFC 5321 §3.8
        Defer("454", "4.7.0", RelayTls, Connect),            // TLS not available due to temporary reason: RFC 3207 §4
        Defer("xxx", null, RelayAuthentication, Authenticate),
        Defer("xxx", null, RelayUnavailable, Connect),

        // Credentials and TLS, whenever a relay thinks of them: RFC 4954 §6, RFC 3463 §3.8, RFC 3207 §4.
        Defer("5xx", "5.7.10", RelayTls),                    // encryption needed
        Defer("5xx", "5.7.30", RelayTls, Sender),             // REQUIRETLS cannot be kept: RFC 8689 §5
        Defer("530", null, RelayAuthentication),
        Defer("534", null, RelayAuthentication),
        Defer("535", null, RelayAuthentication),
        Defer("538", null, RelayAuthentication),

        // Before the content only: after it these are a receiver's word about the message (Yahoo's 554 5.7.9).
        Defer("5xx", "5.7.8", RelayAuthentication, Sender, Recipient, Data),  // credentials invalid
        Defer("5xx", "5.7.9", RelayAuthentication, Sender, Recipient, Data),  // mechanism too weak
        Defer("5xx", "5.7.11", RelayAuthentication, Sender, Recipient, Data), // encryption required for the mechanism
        Defer("5xx", "5.7.13", RelayAuthentication, Sender, Recipient, Data), // account disabled

        // Temporary, by either code: the two contradict each other at some relays, and waiting is the safe reading.
        Defer("4xx", null, Postponed),
        Defer("5xx", "4.*.*", Postponed),
        Defer("5xx", "5.4.5", Postponed),                    // congestion, which RFC 3463 §3.5 knows as temporary only: a daily limit

        // A step of the protocol that the relay does not follow says nothing about the message.
        Defer("500", null, RelayUnavailable),
        Defer("502", null, RelayUnavailable),
        Defer("503", null, RelayUnavailable),
        Defer("521", null, RelayUnavailable),                // host does not accept mail: RFC 7504
        Defer("5xx", "5.3.1", RelayUnavailable),             // mail system full
        Defer("5xx", "5.3.2", RelayUnavailable),             // system not accepting messages
        Defer("5xx", "5.3.5", RelayUnavailable),             // system misconfigured

        // Size: RFC 1870 §6, RFC 3463 §3.3, §3.4.
        Fail("5xx", "5.3.4", MessageTooLarge),
        Fail("5xx", "5.2.3", MessageTooLarge),

        // The sender, whenever it is named: RFC 3463 §3.2, §3.8; SPF, DKIM, DMARC and reverse DNS: RFC 7372, RFC 8616.
        Fail("5xx", "5.1.7", SenderRefused),
        Fail("5xx", "5.1.8", SenderRefused),
        Fail("5xx", "5.7.2x", SenderRefused),
        Fail("5xx", "5.7.30", SenderRefused, Data, End),     // Google's for DKIM, where no REQUIRETLS is in question any more

        // Exchange Online's own, all but two about who sends, from where and with what authentication.
        Fail("5xx", "5.7.504", RecipientRefused),
        Fail("5xx", "5.7.505", RecipientRefused),
        Fail("5xx", "5.7.5xx", SenderRefused),
        Fail("5xx", "5.7.6xx", SenderRefused),
        Fail("5xx", "5.7.7xx", SenderRefused),

        // The recipient, also where it is named after the content: RFC 3463 §3.2, §3.3, §3.5, RFC 6531 §3.4.
        Fail("5xx", "5.1.*", RecipientRefused),
        Fail("5xx", "5.2.*", RecipientRefused),
        Fail("5xx", "5.4.*", RecipientRefused),
        Fail("556", null, RecipientRefused),                 // the domain accepts no mail: RFC 7504, RFC 7505
        Fail("5xx", "5.6.7", RecipientRefused),              // the address needs SMTPUTF8

        // Content and policy. Before the content a policy can only be about who we are (554 5.7.1 Relay access denied).
        Fail("5xx", "5.6.*", MessageRefused),
        Fail("5xx", "5.7.*", SenderRefused, Sender, Recipient),
        Fail("5xx", "5.7.*", MessageRefused, Data, End),

        // No enhanced code that says more: what was asked is what was refused.
        Fail("552", null, MessageTooLarge, Sender, Data, End), // RFC 1870 §6.1; at RCPT TO it is the mailbox's quota
        Fail("5xx", null, SenderRefused, Sender),
        Fail("5xx", null, RecipientRefused, Recipient),
        Fail("5xx", null, MessageRefused, Data, End),
    ];

    /// <param name="phase">What the relay answered.</param>
    /// <param name="reply">How.</param>
    /// <param name="relay">The relay's id, for the detail.</param>
    public static Submission Classify(SmtpPhase phase, RelayReply reply, string relay)
    {
        // RFC 5321 §4.2.1: 2yz is success whatever the other digits are; MailKit's own test is for 250 alone.
        if (phase == End && reply.Code is >= 200 and < 300)
            return new Submission.Relayed(reply);

        var detail = $"relay {relay} answered {reply} to {Name(phase)}";
        var code = reply.Code.ToString(CultureInfo.InvariantCulture);
        var rule = Array.Find(Rules, rule => rule.Matches(phase, code, reply.Enhanced));
        return rule switch
        {
            { Failure: { } failure } => new Submission.Failed(failure, detail, reply),
            { Deferral: { } reason } => new Submission.Deferred(reason, detail, reply),
            // 1yz or 3yz where none can be: the two sides are out of step, and at the end no one knows what was answered.
            _ when phase == End => new Submission.Uncertain(detail),
            _ => new Submission.Deferred(RelayUnavailable, detail, reply),
        };
    }

    private static ReplyRule Defer(string code, string? enhanced, DeferralReason reason, params SmtpPhase[] phases) =>
        new(phases, code, enhanced, Failure: null, reason);

    private static ReplyRule Fail(string code, string? enhanced, FailureCode failure, params SmtpPhase[] phases) =>
        new(phases, code, enhanced, failure, Deferral: null);

    private static string Name(SmtpPhase phase) => phase switch
    {
        Connect => "the connection",
        Authenticate => "AUTH",
        Sender => "MAIL FROM",
        Recipient => "RCPT TO",
        Data => "DATA",
        _ => "the end of the message",
    };
}

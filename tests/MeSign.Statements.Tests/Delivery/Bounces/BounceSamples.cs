using MeSign.Statements.Delivery.Bounces;

namespace MeSign.Statements.Tests.Delivery.Bounces;

/// <summary>Reports after the RFCs, and notices in the forms that widespread systems document.</summary>
internal static class BounceSamples
{
    public const string MessageId = "0123456789abcdef0123456789abcdef@bank.example";

    private const string OriginalHeader =
        $"Return-Path: <bounces+0123@bank.example>\r\nReceived: from app (192.0.2.7) by relay; Mon, 23 Nov 2026 10:00:00 +0000\r\nFrom: Bank <statements@bank.example>\r\nTo: Jana <jana@example.test>\r\nSubject: ...\r\nMessage-ID: <{MessageId}>\r\nMIME-Version: 1.0\r\n";

    public static TheoryData<string, string, BounceKind, BounceClass, string> Notices => new()
    {
        {
            "qmail",
            Plain("MAILER-DAEMON@mx.example.test", "failure notice",
                "Hi. This is the qmail-send program at mx.example.test.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\nThis is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n<jana@example.test>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "exim",
            Plain("Mail Delivery System <Mailer-Daemon@mx.example.test>", "Mail delivery failed: returning message to sender",
                "This message was created automatically by mail delivery software.\r\n\r\nA message that you sent could not be delivered to one or more of its\r\nrecipients. This is a permanent error. The following address(es) failed:\r\n\r\n  jana@example.test\r\n    SMTP error from remote mail server after end of data:\r\n    host mx.example.test [192.0.2.25]: 552 5.2.2 Mailbox full\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n", "X-Failed-Recipients: jana@example.test\r\nAuto-Submitted: auto-replied\r\n"),
            BounceKind.Failure, BounceClass.QuotaIssues, "5.2.2"
        },
        {
            "exim, delayed",
            Plain("Mail Delivery System <Mailer-Daemon@mx.example.test>", "Warning: message 1abc delayed 24 hours",
                "This message was created automatically by mail delivery software.\r\nA message that you sent has not yet been delivered to one or more of its\r\nrecipients after more than 24 hours on the queue on mx.example.test.\r\n\r\nThe address to which the message has not yet been delivered is:\r\n\r\n  jana@example.test\r\n    Delay reason: Connection timed out\r\n\r\nNo action is required on your part. Delivery attempts will continue for\r\nsome time, and this warning may be repeated at intervals.\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n", "Auto-Submitted: auto-replied\r\n"),
            BounceKind.Delayed, BounceClass.NoAnswerFromHost, "4.4.1"
        },
        {
            "sendmail before notifications",
            Plain("Mail Delivery Subsystem <MAILER-DAEMON@mx.example.test>", "Returned mail: User unknown",
                "   ----- Transcript of session follows -----\r\n... while talking to mx.example.test:\r\n>>> RCPT To:<jana@example.test>\r\n<<< 550 5.1.1 <jana@example.test>... User unknown\r\n550 <jana@example.test>... User unknown\r\n\r\n   ----- Unsent message follows -----\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "gmail",
            Plain("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)",
                "Delivery to the following recipient failed permanently:\r\n\r\n     jana@example.test\r\n\r\nTechnical details of permanent failure: \r\nGoogle tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 5.7.1 <jana@example.test>: Relay access denied (state 14).\r\n\r\n----- Original message -----\r\n\r\n"),
            BounceKind.Failure, BounceClass.RelayDenied, "5.7.1"
        },
        {
            "yahoo",
            Plain("MAILER-DAEMON@yahoo.com", "Failure Notice",
                "Sorry, we were unable to deliver your message to the following address.\r\n\r\n<jana@example.test>:\r\nRemote host said: 550 5.2.1 The account is disabled [RCPT_TO]\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n"),
            BounceKind.Failure, BounceClass.InactiveMailbox, "5.2.1"
        },
        {
            "gmx",
            Plain("GMX Mailer Daemon <mailer-daemon@gmx.net>", "Mail delivery failed: returning message to sender",
                "This message was created automatically by mail delivery software.\r\nA message that you sent could not be delivered to one or more of\r\nits recipients. The following addresses failed:\r\n\r\n\"jana@example.test\":\r\nSMTP error from remote server after RCPT command:\r\nhost: mx.example.test\r\n5.1.1 <jana@example.test>... User Unknown\r\n\r\n--- The header of the original message is following. ---\r\n\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "a server that writes in German",
            Plain("Postmaster <postmaster@mx.example.test>", "Unzustellbar: Kontoauszug",
                "Ihre Nachricht konnte nicht zugestellt werden:\r\n\r\njana@example.test\r\n550 5.1.1 Empfaenger unbekannt\r\n\r\n----- Original-Nachricht -----\r\n\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "domino",
            Plain("Postmaster@example.test", "DELIVERY FAILURE: User jana (jana@example.test) not listed in Domino Directory",
                "Your message\r\n\r\n  Subject: ...\r\n\r\nwas not delivered to:\r\n\r\n  jana@example.test\r\n\r\nbecause:\r\n\r\n  User jana (jana@example.test) not listed in Domino Directory\r\n\r\n----- Original message -----\r\n\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "groupwise",
            Plain("Mailer-Daemon@mx.example.test", "Message status - undeliverable",
                "The message that you sent was undeliverable to the following:\r\n\tjana@example.test (mailbox is full)\r\n\r\n----- Original message -----\r\n\r\n"),
            BounceKind.Failure, BounceClass.QuotaIssues, "5.2.2"
        },
        {
            "mailenable",
            Plain("\"Delivery Subsystem\" <POSTMASTER@mx.example.test>", "Message Delivery Failure",
                "MailEnable: Message could not be delivered to some recipients.\r\nThe following recipient(s) could not be reached:\r\n\r\n\tRecipient: [SMTP:jana@example.test]\r\n\tReason: Remote SMTP Server Returned: 550 Requested action not taken: mailbox unavailable\r\n\r\nMessage headers follow:\r\n\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "exchange in Swedish",
            Plain("<postmaster@mx.example.test>", "Olevererbart: Kontoutdrag",
                "Det gick inte att leverera till f\u00f6ljande mottagare eller grupper:\r\n\r\njana@example.test\r\nDet gick inte att hitta e-postadressen du angav. Kontrollera adressen.\r\n\r\nDiagnostisk information:\r\n\r\njana@example.test\r\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\r\n\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "a reason, then advice",
            Plain("MAILER-DAEMON@mx.example.test", "Undelivered Mail Returned to Sender",
                "<jana@example.test>: host mx.example.test[192.0.2.25] said: 554 Your message failed several antispam checks and was rejected. Please be sure that your mail server is configured correctly (SPF, HELO, PTR) (in reply to end of DATA command)\r\n\r\n--- Below this line is a copy of the message.\r\n"),
            BounceKind.Failure, BounceClass.SpamContent, "5.7.1"
        },
        {
            "refused at the greeting",
            Plain("MAILER-DAEMON@mx.example.test", "Undelivered Mail Returned to Sender",
                "<jana@example.test>: host mx.example.test[192.0.2.25] refused to talk to me: 554 Access denied\r\n\r\n--- Below this line is a copy of the message.\r\n"),
            BounceKind.Failure, BounceClass.SpamBlock, "5.7.1"
        },
        {
            "refused at MAIL FROM",
            Plain("MAILER-DAEMON@mx.example.test", "Undelivered Mail Returned to Sender",
                "<jana@example.test>: host mx.example.test[192.0.2.25] said: 550 5.1.0 Address rejected (in reply to MAIL FROM command)\r\n\r\n--- Below this line is a copy of the message.\r\n"),
            BounceKind.Failure, BounceClass.InvalidSender, "5.1.0"
        },
        {
            "a bare refusal of a mailbox",
            Plain("<>", "", "You sent mail to jana@example.test. That's not a valid user here.\r\n\r\n----- Original message -----\r\n\r\n", "Auto-Submitted: auto-replied\r\n"),
            BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1"
        },
        {
            "delayed, with hours and days",
            Plain("Mail Delivery Subsystem <mailer-daemon@mx.example.test>", "Delivery Status Notification (Delay)",
                "THIS IS A WARNING MESSAGE ONLY.\r\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\r\n\r\nDelivery to the following recipient has been delayed:\r\n\r\n     jana@example.test\r\n\r\nMessage will be retried for 2 more day(s)\r\n\r\n----- Original message -----\r\n\r\n"),
            BounceKind.Delayed, BounceClass.TransientFailure, "4.4.5"
        },
    };

    /// <summary>A mailbox's filter that refuses (RFC 5429 §2.2).</summary>
    public static string Refusal =>
        "From: Mail Delivery Subsystem <postmaster@mx.example.test>\r\nTo: bounces+0123@bank.example\r\nSubject: Rejected: Your statement\r\nAuto-Submitted: auto-replied (rejected)\r\nMIME-Version: 1.0\r\n"
        + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        + "--b\r\nContent-Type: text/plain\r\n\r\nYour message to <jana@example.test> was automatically rejected:\r\nQuota exceeded\r\n\r\n"
        + $"--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; jana@example.test\r\nOriginal-Message-ID: <{MessageId}>\r\nDisposition: automatic-action/MDN-sent-automatically; deleted\r\n\r\n"
        + $"--b\r\nContent-Type: message/rfc822\r\n\r\n{OriginalHeader}\r\n...\r\n--b--\r\n";

    /// <summary>A notification that a gateway passes on as an attachment, with words of its own.</summary>
    public static string Wrapped =>
        "From: gateway@example.test\r\nTo: bounces+0123@bank.example\r\nSubject: Delivery report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n"
        + "--outer\r\nContent-Type: text/plain\r\n\r\nThis e-mail is confidential and was scanned for viruses. Attachments may be blocked.\r\n\r\n"
        + $"--outer\r\nContent-Type: message/rfc822\r\n\r\n{Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown")}\r\n--outer--\r\n";

    /// <summary>After "Amazon SNS notification examples for Amazon SES", whole in a blob.</summary>
    public static string SesObject =>
        "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bounceSubType\":\"General\",\"bouncedRecipients\":[{\"emailAddress\":\"jana@example.test\",\"action\":\"failed\",\"status\":\"5.1.1\","
        + "\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]},\"mail\":{\"messageId\":\"0000-1111\",\"commonHeaders\":{\"messageId\":\"<" + MessageId + ">\"}}}";

    /// <summary>The same as the text of a mail, folded on the way and with SNS's footer.</summary>
    public static string SesNotification =>
        "From: notices <no-reply@sns.amazonaws.com>\r\nTo: bounces@bank.example\r\nSubject: AWS Notification Message\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n"
        + SesObject.Replace("\"status\"", "\r\n\"status\"", StringComparison.Ordinal) + "\r\n\r\n--\r\nIf you wish to stop receiving notifications from this topic, please visit the link below.\r\n";

    public static string Complaint =>
        "From: abuse@provider.example\r\nTo: fbl@bank.example\r\nSubject: FW: Your statement\r\nMIME-Version: 1.0\r\n"
        + "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        + "--b\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n\r\n"
        + "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\nOriginal-Rcpt-To: <jana@example.test>\r\n\r\n"
        + $"--b\r\nContent-Type: message/rfc822\r\n\r\n{OriginalHeader}\r\n...\r\n--b--\r\n";

    public static string ReadReceipt =>
        "From: Jana <jana@example.test>\r\nTo: statements@bank.example\r\nSubject: Read: Your statement\r\nMIME-Version: 1.0\r\n"
        + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        + "--b\r\nContent-Type: text/plain\r\n\r\nThe message has been displayed.\r\n\r\n"
        + $"--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;jana@example.test\r\nOriginal-Message-ID: <{MessageId}>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n";

    /// <summary>After the example of RFC 3464, appendix E.1.</summary>
    public static string Notification(string action, string status, string diagnostic, string more = "", string messageId = MessageId) =>
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.test>\r\nTo: bounces+0123@bank.example\r\nSubject: Delivery report\r\nMIME-Version: 1.0\r\n"
        + "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n"
        + "--b\r\n\r\nThis is a report about your message.\r\n\r\n"
        + "--b\r\nContent-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: 3f2a+3Db\r\nReporting-MTA: dns; mx.example.test\r\n\r\n"
        + $"Original-Recipient: rfc822;jana@example.test\r\nFinal-Recipient: rfc822; j.novakova@intern.example.test\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {diagnostic}\r\n\r\n{more}"
        + $"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{OriginalHeader.Replace(MessageId, messageId, StringComparison.Ordinal)}\r\n--b--\r\n";

    public static string Plain(string from, string subject, string text, string fields = "") =>
        $"Return-Path: <>\r\nFrom: {from}\r\nTo: bounces+0123@bank.example\r\nSubject: {subject}\r\n{fields}\r\n{text}{OriginalHeader}\r\nContent-Type: application/pkcs7-mime\r\n";
}

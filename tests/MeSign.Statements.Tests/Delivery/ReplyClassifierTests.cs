using MeSign.Statements.Delivery;

namespace MeSign.Statements.Tests.Delivery;

/// <summary>Replies as real relays and large providers write them, and what they mean for the statement.</summary>
public class ReplyClassifierTests
{
    [Theory]
    [InlineData(250, "2.0.0 Ok: queued as 4WxYz12345")] // Postfix
    [InlineData(250, "2.0.0 OK  1763900000 a1-20020a05 - gsmtp")] // Google
    [InlineData(250, "OK id=1tEwXy-0001Ab-2C")] // Exim
    [InlineData(251, "User not local; will forward")]
    public void Relayed_on_success_after_the_final_dot(int code, string text) =>
        Classify("End", code, text).ShouldBeOfType<Submission.Relayed>();

    [Theory]
    // Greylisting, rates, quotas.
    [InlineData("Recipient", 450, "4.2.0 <x>: Recipient address rejected: Greylisted", "Postponed")] // postgrey
    [InlineData("Recipient", 451, "4.7.1 Greylisting in action, please come back later", "Postponed")]
    [InlineData("Recipient", 452, "4.2.2 The email account that you tried to reach is over quota", "Postponed")] // Google
    [InlineData("Sender", 451, "4.7.500 Server busy. Please try again later", "Postponed")] // Microsoft
    [InlineData("Sender", 452, "4.3.1 Insufficient system storage", "Postponed")]
    [InlineData("Recipient", 450, "4.1.2 <x>: Recipient address rejected: Domain not found", "Postponed")] // Postfix
    [InlineData("End", 451, "4.3.0 Mail server temporarily rejected message", "Postponed")]
    [InlineData("Data", 451, "4.7.1 [TSS04] Messages temporarily deferred", "Postponed")] // Yahoo
    [InlineData("End", 450, "4.7.26 This mail is unauthenticated", "Postponed")]
    [InlineData("End", 432, "4.3.2 Concurrent connections limit exceeded", "Postponed")] // Microsoft
    // Reply and enhanced code contradict each other.
    [InlineData("Recipient", 550, "4.2.1 The user is receiving mail too quickly", "Postponed")]
    [InlineData("Recipient", 450, "5.1.1 unknown user", "Postponed")]
    // The relay itself.
    [InlineData("Connect", 421, "4.7.0 Too many connections", "RelayUnavailable")]
    [InlineData("Connect", 554, "5.7.1 no SMTP service here", "RelayUnavailable")]
    [InlineData("Connect", 554, "5.3.2 system is shutting down", "RelayUnavailable")]
    [InlineData("Connect", 454, "4.7.0 TLS not available due to local problem", "RelayTls")]
    [InlineData("Sender", 421, "4.3.2 Service shutting down", "RelayUnavailable")]
    [InlineData("Recipient", 421, "4.7.0 Try again later, closing connection", "RelayUnavailable")]
    [InlineData("End", 421, "4.4.2 Connection dropped", "RelayUnavailable")]
    [InlineData("Sender", 503, "5.5.1 Error: nested MAIL command", "RelayUnavailable")]
    [InlineData("Data", 502, "5.5.2 Error: command not recognized", "RelayUnavailable")]
    [InlineData("Sender", 521, "5.3.2 no mail here", "RelayUnavailable")]
    [InlineData("Recipient", 554, "5.3.5 Local configuration error", "RelayUnavailable")]
    // Our credentials and TLS.
    [InlineData("Authenticate", 535, "5.7.8 Error: authentication failed", "RelayAuthentication")]
    [InlineData("Authenticate", 454, "4.7.0 Temporary authentication failure", "RelayAuthentication")]
    [InlineData("Sender", 530, "5.7.0 Authentication Required", "RelayAuthentication")] // Google
    [InlineData("Sender", 530, "5.7.57 Client not authenticated to send mail", "RelayAuthentication")] // Microsoft
    [InlineData("Sender", 550, "5.7.11 Encryption required for requested authentication mechanism", "RelayAuthentication")]
    [InlineData("Sender", 530, "5.7.10 Encryption needed", "RelayTls")]
    [InlineData("Sender", 354, "go ahead", "RelayUnavailable")]
    public void Deferred_where_waiting_may_help_or_a_person_must(string phase, int code, string text, string reason) =>
        Classify(phase, code, text).ShouldBeOfType<Submission.Deferred>().Reason.ToString().ShouldBe(reason);

    [Theory]
    // The recipient.
    [InlineData("Recipient", 550, "5.1.1 The email account that you tried to reach does not exist.", FailureCode.RecipientRefused)] // Google
    [InlineData("Recipient", 550, "5.1.10 RESOLVER.ADR.RecipientNotFound", FailureCode.RecipientRefused)] // Microsoft
    [InlineData("Recipient", 550, "5.4.1 Recipient address rejected: Access denied", FailureCode.RecipientRefused)] // Microsoft
    [InlineData("Recipient", 554, "5.4.14 Hop count exceeded - possible mail loop", FailureCode.RecipientRefused)]
    [InlineData("Recipient", 552, "5.2.2 Mailbox full", FailureCode.RecipientRefused)]
    [InlineData("Recipient", 552, "over quota", FailureCode.RecipientRefused)]
    [InlineData("Recipient", 550, "#5.1.0 Address rejected.", FailureCode.RecipientRefused)] // Cisco
    [InlineData("Recipient", 550, "No such user", FailureCode.RecipientRefused)]
    [InlineData("Recipient", 501, "5.1.3 Bad recipient address syntax", FailureCode.RecipientRefused)]
    [InlineData("Recipient", 556, "5.1.10 Recipient address has null MX", FailureCode.RecipientRefused)] // RFC 7505
    [InlineData("Recipient", 553, "5.6.7 address needs SMTPUTF8", FailureCode.RecipientRefused)]
    [InlineData("End", 550, "5.1.1 unknown user", FailureCode.RecipientRefused)]
    [InlineData("Recipient", 550, "5.2.1 The email account that you tried to reach is disabled", FailureCode.RecipientRefused)] // Google
    // The sender and this client.
    [InlineData("Recipient", 554, "5.7.1 <x>: Relay access denied", FailureCode.SenderRefused)] // Postfix
    [InlineData("Recipient", 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", FailureCode.SenderRefused)] // Microsoft
    [InlineData("Recipient", 550, "5.1.8 <x>: Sender address rejected: Domain not found", FailureCode.SenderRefused)]
    [InlineData("Sender", 501, "5.1.7 Bad sender address syntax", FailureCode.SenderRefused)]
    [InlineData("Sender", 553, "5.7.1 Sender address rejected: not owned by user", FailureCode.SenderRefused)]
    [InlineData("Sender", 550, "go away", FailureCode.SenderRefused)]
    [InlineData("End", 550, "5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy", FailureCode.SenderRefused)] // Google
    [InlineData("End", 550, "5.7.23 SPF validation failed", FailureCode.SenderRefused)]
    [InlineData("Recipient", 550, "5.7.25 The IP address sending this message does not have a PTR record", FailureCode.SenderRefused)] // Google
    // Size.
    [InlineData("Sender", 552, "5.3.4 Message size exceeds fixed limit", FailureCode.MessageTooLarge)] // Postfix
    [InlineData("Sender", 552, "message exceeds maximum size", FailureCode.MessageTooLarge)]
    [InlineData("End", 552, "5.3.4 Your message exceeded Google's message size limits", FailureCode.MessageTooLarge)] // Google
    [InlineData("End", 523, "5.3.4 the message is too large", FailureCode.MessageTooLarge)]
    [InlineData("Recipient", 552, "5.2.3 Message length exceeds administrative limit", FailureCode.MessageTooLarge)]
    // Content and policy.
    [InlineData("End", 552, "5.7.0 This message was blocked because its content presents a potential security issue", FailureCode.MessageRefused)] // Google
    [InlineData("End", 554, "5.7.1 Message rejected as spam", FailureCode.MessageRefused)]
    [InlineData("End", 550, "5.6.0 bare CR or LF", FailureCode.MessageRefused)]
    [InlineData("End", 554, "Transaction failed", FailureCode.MessageRefused)]
    [InlineData("Data", 554, "5.5.1 Error: no valid recipients", FailureCode.MessageRefused)]
    public void Failed_where_the_answer_is_about_the_statement_and_final(string phase, int code, string text, FailureCode expected) =>
        Classify(phase, code, text).ShouldBeOfType<Submission.Failed>().Code.ShouldBe(expected);

    [Fact]
    public void Uncertain_on_an_answer_that_cannot_be_to_the_final_dot() =>
        Classify("End", 354, "go ahead").ShouldBeOfType<Submission.Uncertain>();

    [Fact]
    public void Every_code_at_every_phase_has_one_meaning()
    {
        foreach (var phase in Enum.GetValues<SmtpPhase>())
        {
            for (var code = 400; code < 600; code++)
                ReplyClassifier.Classify(phase, new RelayReply(code, null), "main").ShouldNotBeOfType<Submission.Relayed>($"{phase} {code}");
        }
    }

    [Fact]
    public void Says_who_answered_what_to_what_and_never_the_text()
    {
        var failed = (Submission.Failed)Classify("Recipient", 550, "5.1.1 <bob@example.org> unknown");

        failed.Detail.ShouldBe("relay main answered 550 5.1.1 to RCPT TO");
        failed.Reply.ShouldBe(new RelayReply(550, "5.1.1"));
    }

    [Theory]
    [InlineData("5.1.1 no", "5.1.1")]
    [InlineData("5.7.509 DMARC", "5.7.509")]
    [InlineData("5.1.1", "5.1.1")]
    [InlineData("#5.1.0 Address rejected", "5.1.0")]
    [InlineData("no 5.1.1 here", null)]
    [InlineData("5.1.1.1 is an address", null)]
    [InlineData("3.1.1 no class", null)]
    [InlineData("", null)]
    public void Reads_the_enhanced_code_only_at_the_head(string text, string? enhanced) => RelayReply.Of(550, text).Enhanced.ShouldBe(enhanced);

    private static Submission Classify(string phase, int code, string text) =>
        ReplyClassifier.Classify(Enum.Parse<SmtpPhase>(phase), RelayReply.Of(code, text), "main");
}

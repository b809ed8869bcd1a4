using System.Text;
using MeSign.Statements.Delivery.Bounces;

namespace MeSign.Statements.Tests.Delivery.Bounces;

/// <summary>From what a report quotes to a class.</summary>
public sealed class BounceClassifierTests
{
    [Theory]
    [InlineData("5.1.1", "550 5.1.1 Mailbox does not exist", BounceClass.InvalidRecipient)]
    [InlineData("5.0.0", "550 No such user here", BounceClass.InvalidRecipient)]
    [InlineData("5.1.2", "Host or domain name not found. Name service error", BounceClass.BadDomain)]
    [InlineData("5.1.10", "556 5.1.10 Recipient address has null MX", BounceClass.BadDomain)]
    [InlineData("5.2.1", "550 5.2.1 This mailbox is disabled", BounceClass.InactiveMailbox)]
    [InlineData("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota", BounceClass.QuotaIssues)]
    [InlineData("5.3.4", "552 5.3.4 Message size exceeds fixed limit", BounceClass.MessageTooLarge)]
    [InlineData("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", BounceClass.SpamBlock)]
    [InlineData("5.7.1", "550 5.7.1 Message rejected as spam by content scanner", BounceClass.SpamContent)]
    [InlineData("5.7.1", "550 5.7.1 message contained a virus: infected with Test", BounceClass.VirusRelated)]
    [InlineData("5.7.26", "550 5.7.26 This message does not pass DMARC evaluation", BounceClass.AuthenticationFailed)]
    [InlineData("5.7.1", "554 5.7.1 <jana@example.test>: Relay access denied", BounceClass.RelayDenied)]
    [InlineData("5.1.8", "501 5.1.8 Sender domain not found", BounceClass.InvalidSender)]
    [InlineData("5.4.6", "554 5.4.6 Too many hops", BounceClass.RoutingErrors)]
    [InlineData("4.4.1", "connect to mx.example.test[192.0.2.1]:25: Connection timed out", BounceClass.NoAnswerFromHost)]
    [InlineData("4.2.0", "450 4.2.0 Greylisted, see http://postgrey.example.test", BounceClass.TransientFailure)]
    [InlineData("5.5.2", "500 5.5.2 Syntax error, command unrecognized", BounceClass.ProtocolErrors)]
    [InlineData("5.7.1", "550 5.7.1 Refused by local policy", BounceClass.PolicyRelated)]
    [InlineData("5.7.25", "550 5.7.25 No PTR record of the client", BounceClass.AuthenticationFailed)]
    [InlineData("5.5.3", "452 5.5.3 Too many recipients this hour", BounceClass.TooManyRecipients)]
    [InlineData("5.7.0", "552 5.7.0 We do not take executable attachments", BounceClass.ProhibitedAttachment)]
    [InlineData("4.4.3", "Host or domain name not found. Name service error for name=example.test type=MX: Host not found, try again", BounceClass.DNSFailure)]
    [InlineData("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", BounceClass.InvalidRecipient)]
    [InlineData("5.3.2", "521 5.3.2 This host takes no mail", BounceClass.BadDomain)]
    [InlineData("5.2.1", "550 5.2.1 La casilla ha expirado", BounceClass.InactiveMailbox)]
    [InlineData("5.0.0", "", BounceClass.Uncategorized)]
    public void Gives_a_reply_its_class(string status, string reply, BounceClass expected)
    {
        var report = Read(BounceSamples.Notification("failed", status, $"smtp; {reply}"));

        report.Recipients.ShouldHaveSingleItem().Class.ShouldBe(expected);
    }

    // A mailbox that is refused after its RCPT TO was taken exists, and is not to be suppressed.
    [Theory]
    [InlineData("in reply to RCPT TO command", BounceClass.InvalidRecipient)]
    [InlineData("in reply to end of DATA command", BounceClass.PolicyRelated)]
    [InlineData("in reply to MAIL FROM command", BounceClass.InvalidSender)]
    public void Hears_a_bare_550_by_what_it_answered(string command, BounceClass expected)
    {
        var report = Read(BounceSamples.Notification("failed", "5.0.0", $"smtp; host mx.example.test said: 550 No ({command})"));

        report.Recipients.ShouldHaveSingleItem().Class.ShouldBe(expected);
    }

    [Theory]
    [InlineData("550 5.7.1 Service refused, please try later.", BounceClass.SpamBlock)]
    [InlineData("450 4.7.1 Service refused, please try later.", BounceClass.TransientFailure)]
    [InlineData("550 Please try again later", BounceClass.TransientFailure)]
    [InlineData("550 5.7.1 Transaction blocked", BounceClass.PolicyRelated)]
    public void Takes_later_for_courtesy_beside_a_code_that_says_never(string reply, BounceClass expected)
    {
        var report = Read(BounceSamples.Notification("failed", "5.0.0", $"smtp; {reply}"));

        report.Recipients.ShouldHaveSingleItem().Class.ShouldBe(expected);
    }

    [Fact]
    public void Does_not_take_a_telling_address_for_a_reason()
    {
        var report = Read(BounceSamples.Notification("failed", "5.7.1", "smtp; 550 5.7.1 <quota-exceeded@spam.example.test>: Refused by local policy"));

        report.Recipients.ShouldHaveSingleItem().Class.ShouldBe(BounceClass.PolicyRelated);
    }

    private static BounceReport Read(string message) => BounceReader.Read(Encoding.UTF8.GetBytes(message));
}

using System.Text;
using System.Text.RegularExpressions;
using MeSign.Statements.Delivery.Bounces;

namespace MeSign.Statements.Tests.Delivery.Bounces;

/// <summary>From what a report quotes to a class.</summary>
public sealed partial class BounceClassifierTests
{
    public static TheoryData<string, string, string> Documented => [.. RepliesPage.Rows("Replies", "bounces.md").Select(row => (row[0], row[1], row[2]))];

    [Theory]
    [MemberData(nameof(Documented))]
    public void Gives_a_reply_the_class_of_the_page(string expected, string reply, string provider)
    {
        var code = Code().Match(reply);
        var status = code.Groups["enhanced"] is { Success: true } enhanced ? enhanced.Value : code.Groups["first"] is { Success: true } first ? $"{first.Value}.0.0" : "5.0.0";

        var report = Read(BounceSamples.Notification("failed", status, $"{(code.Success ? "smtp" : "x-unix")}; {reply}"));

        report.Recipients.ShouldHaveSingleItem().Class.ToString().ShouldBe(expected, provider);
    }

    [Fact]
    public void The_page_has_every_class() =>
        RepliesPage.Rows("Classes", "bounces.md").Select(row => row[0]).Order(StringComparer.Ordinal).ShouldBe(Enum.GetNames<BounceClass>().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("5.0.0", "")]
    [InlineData("5.0.0", "550 5.0.0 Sender address cannot be verified")]
    [InlineData("5.3.2", "554 5.3.2 System is shutting down")]
    [InlineData("5.7.1", "554 5.7.1 Sending has been suspended for this account")]
    public void Does_not_call_the_mailbox_bad_for_what_is_said_of_others(string status, string reply)
    {
        var report = Read(BounceSamples.Notification("failed", status, $"smtp; {reply}"));

        report.Recipients.ShouldHaveSingleItem().Class.ShouldNotBeOneOf(BounceClass.InvalidRecipient, BounceClass.InactiveMailbox, BounceClass.BadDomain);
    }

    [Fact]
    public void Hears_the_words_behind_a_status()
    {
        var report = Read(BounceSamples.Notification("failed", "5.0.0 (example.test: host name lookup failure)", ""));

        report.Recipients.ShouldHaveSingleItem().Class.ShouldBe(BounceClass.DNSFailure);
    }

    [Fact]
    public void Hears_the_reply_behind_a_label_that_all_notices_of_a_system_have()
    {
        const string text = "A message that you sent could not be delivered.\r\n\r\njana@example.test Invalid Address, ERROR_CODE :552, ERROR_CODE :5.2.2 Mailbox Full\r\n\r\n";

        var report = Read(BounceSamples.Plain("mailer-daemon@mail.example.test", "Undelivered Mail Returned to Sender", text));

        var recipient = report.Recipients.ShouldHaveSingleItem();
        (recipient.Class, recipient.ReplyCode, recipient.Status).ShouldBe((BounceClass.QuotaIssues, 552, "5.2.2"));
    }

    // Some indent the transcript of the session.
    [Theory]
    [InlineData("MAIL FROM:<bounces@bank.example>", BounceClass.InvalidSender)]
    [InlineData("RCPT TO:<jana@example.test>", BounceClass.InvalidRecipient)]
    public void Hears_a_bare_550_by_the_command_above_it(string command, BounceClass expected)
    {
        var text = $"It came back.\r\n\r\n    Recipient: <jana@example.test>\r\n    >>> {command}\r\n    <<< 550 No\r\n\r\n";

        var report = Read(BounceSamples.Plain("postmaster@example.test", "Mail System Error - Returned Mail", text));

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

    [GeneratedRegex(@"^(?<first>[245])\d\d( (?<enhanced>[245]\.\d+\.\d+))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    private static BounceReport Read(string message) => BounceReader.Read(Encoding.UTF8.GetBytes(message));
}

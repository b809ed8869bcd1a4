using System.Text;
using MeSign.Statements.Delivery.Bounces;

namespace MeSign.Statements.Tests.Delivery.Bounces;

public sealed class BounceReaderTests
{
    [Fact]
    public void Reads_a_delivery_status_notification()
    {
        var report = Read(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 <jana@example.test>: Recipient address rejected: User unknown"));

        report.Kind.ShouldBe(BounceKind.Failure);
        report.ReportingSystem.ShouldBe("mx.example.test");
        report.OriginalMessageId.ShouldBe(BounceSamples.MessageId);
        report.EnvelopeId.ShouldBe("3f2a=b");
        report.References.Take(2).ShouldBe([BounceSamples.MessageId, "3f2a=b"]);
        report.References.ShouldContain("bounces+0123@bank.example");
        var recipient = report.Recipients.ShouldHaveSingleItem();
        recipient.Address.ShouldBe("jana@example.test");
        recipient.Kind.ShouldBe(BounceKind.Failure);
        recipient.Class.ShouldBe(BounceClass.InvalidRecipient);
        recipient.Status.ShouldBe("5.1.1");
        recipient.ReplyCode.ShouldBe(550);
    }

    [Theory]
    [InlineData("delayed", "4.4.1", BounceKind.Delayed)]
    [InlineData("delivered", "2.0.0", BounceKind.Success)]
    [InlineData("relayed", "2.0.0", BounceKind.Success)]
    [InlineData("expanded", "2.0.0", BounceKind.Success)]
    [InlineData("failed", "4.4.7", BounceKind.Failure)]
    public void Takes_the_action_of_rfc_3464_for_the_kind(string action, string status, BounceKind expected)
    {
        var report = Read(BounceSamples.Notification(action, status, "smtp; connection timed out"));

        report.Kind.ShouldBe(expected);
        report.Recipients.ShouldHaveSingleItem().Status.ShouldBe(status);
    }

    [Fact]
    public void Names_every_recipient_of_a_notification()
    {
        var second = "Final-Recipient: rfc822; petr@example.test\r\nAction: failed\r\nStatus: 5.2.2\r\n";
        var report = Read(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown", second));

        report.Recipients.Select(one => (one.Address, one.Class)).ShouldBe([("jana@example.test", BounceClass.InvalidRecipient), ("petr@example.test", BounceClass.QuotaIssues)]);
    }

    [Theory]
    [MemberData(nameof(BounceSamples.Notices), MemberType = typeof(BounceSamples))]
    public void Reads_notices_in_free_text(string name, string message, BounceKind kind, BounceClass reason, string status)
    {
        var report = Read(message);

        report.Kind.ShouldBe(kind, name);
        var recipient = report.Recipients.ShouldHaveSingleItem(name);
        recipient.Address.ShouldBe("jana@example.test", name);
        recipient.Class.ShouldBe(reason, name);
        recipient.Status.ShouldBe(status, name);
        report.OriginalMessageId.ShouldBe(BounceSamples.MessageId, name);
    }

    [Fact]
    public void Reads_the_refusal_of_a_mailboxs_filter_as_a_failure()
    {
        var report = Read(BounceSamples.Refusal);

        report.Kind.ShouldBe(BounceKind.Failure);
        report.Recipients.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            one => one.Address.ShouldBe("jana@example.test"),
            one => one.Class.ShouldBe(BounceClass.QuotaIssues));
        report.MessageName.ShouldBe(BounceSamples.MessageId[..32]);
    }

    [Fact]
    public void Reads_a_notification_that_was_passed_on_as_an_attachment()
    {
        var report = Read(BounceSamples.Wrapped);

        report.Kind.ShouldBe(BounceKind.Failure);
        report.Recipients.ShouldHaveSingleItem().Class.ShouldBe(BounceClass.InvalidRecipient);
        report.OriginalMessageId.ShouldBe(BounceSamples.MessageId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reads_what_amazon_ses_says_through_sns(bool blob)
    {
        var report = Read(blob ? BounceSamples.SesObject : BounceSamples.SesNotification);

        report.Kind.ShouldBe(BounceKind.Failure);
        report.OriginalMessageId.ShouldBe(BounceSamples.MessageId);
        report.Recipients.ShouldHaveSingleItem().ShouldBe(
            new BouncedRecipient("jana@example.test", BounceKind.Failure, BounceClass.InvalidRecipient, "5.1.1", 550, "smtp; 550 5.1.1 user unknown"));
    }

    [Fact]
    public void Opens_the_envelope_that_sns_puts_around_a_notification()
    {
        var envelope = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["Type"] = "Notification", ["Message"] = BounceSamples.SesObject });

        var report = Read(envelope);

        report.Kind.ShouldBe(BounceKind.Failure);
        report.OriginalMessageId.ShouldBe(BounceSamples.MessageId);
        report.Recipients.ShouldHaveSingleItem().Address.ShouldBe("jana@example.test");
    }

    [Fact]
    public void Reads_a_notice_that_was_kept_without_its_header()
    {
        var report = Read("This is the mail system at host mx.example.test.\r\n\r\nI'm sorry to have to inform you that your message could not be delivered.\r\n\r\n<jana@example.test>: host mx.example.test[192.0.2.25] said: 550 5.1.1 User unknown\r\n");

        report.Kind.ShouldBe(BounceKind.Failure);
        report.Recipients.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            one => one.Address.ShouldBe("jana@example.test"),
            one => one.Class.ShouldBe(BounceClass.InvalidRecipient));
    }

    [Fact]
    public void Reads_a_complaint_of_hotmail_that_is_the_message_itself()
    {
        var report = Read($"X-HmXmrOriginalRecipient: jana@example.test\r\nFrom: statements@bank.example\r\nTo: jana@example.test\r\nSubject: Your statement\r\nMessage-ID: <{BounceSamples.MessageId}>\r\n\r\n...\r\n");

        report.Kind.ShouldBe(BounceKind.Complaint);
        report.Recipients.ShouldHaveSingleItem().Address.ShouldBe("jana@example.test");
    }

    [Fact]
    public void Takes_no_recipient_from_fields_that_name_none()
    {
        var report = Read(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown")
            .Replace("Reporting-MTA: dns; mx.example.test\r\n", "Reporting-MTA: dns; mx.example.test\r\nAction: failed\r\n", StringComparison.Ordinal));

        report.Recipients.ShouldHaveSingleItem().Address.ShouldBe("jana@example.test");
    }

    // "The mailbox was not found", in a message that declares another character set.
    [Theory]
    [InlineData("us-ascii")]
    [InlineData("iso-2022-jp")]
    [InlineData("no-such-charset")]
    public void Reads_japanese_by_its_escape_sequences(string charset)
    {
        byte[] text = [0x1B, (byte)'$', (byte)'B', .. "%a!<%k%\"%I%l%9$,8+$D$+$j$^$;$s"u8, 0x1B, (byte)'(', (byte)'B'];
        byte[] message = [.. Encoding.ASCII.GetBytes($"From: mailer-daemon@mx.example.test\r\nSubject: Undelivered Mail\r\nContent-Type: text/plain; charset={charset}\r\n\r\n<jana@example.test>:\r\n"), .. text, .. "\r\n"u8];

        BounceReader.Read(message).Recipients.ShouldHaveSingleItem().Class.ShouldBe(BounceClass.InvalidRecipient);
    }

    [Theory]
    [InlineData("bounces+0123456789abcdef0123456789abcdef@bank.example", "0123456789abcdef0123456789abcdef")]
    [InlineData("bounces@bank.example", null)]
    public void Knows_the_name_of_our_message_by_its_form(string returnPath, string? expected)
    {
        var report = Read($"From: jana@example.test\r\nTo: {returnPath}\r\nSubject: Out of Office\r\nAuto-Submitted: auto-replied\r\n\r\nAway.\r\n");

        report.MessageName.ShouldBe(expected);
    }

    [Fact]
    public void Reads_a_feedback_report()
    {
        var report = Read(BounceSamples.Complaint);

        report.Kind.ShouldBe(BounceKind.Complaint);
        report.FeedbackType.ShouldBe("abuse");
        report.OriginalMessageId.ShouldBe(BounceSamples.MessageId);
        report.Recipients.ShouldHaveSingleItem().Address.ShouldBe("jana@example.test");
    }

    [Fact]
    public void Tells_a_read_receipt_from_a_bounce()
    {
        var report = Read(BounceSamples.ReadReceipt);

        report.Kind.ShouldBe(BounceKind.ReadReceipt);
        report.References.ShouldContain(BounceSamples.MessageId);
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied", "Re: Your statement")]
    [InlineData("X-Autoreply: yes", "Re: Your statement")]
    [InlineData("X-Note: none", "Out of Office: Your statement")]
    [InlineData("X-Note: none", "Automatická odpověď: Výpis")]
    public void Tells_an_automatic_answer_from_a_bounce(string field, string subject)
    {
        var report = Read($"From: jana@example.test\r\nTo: bounces@bank.example\r\nSubject: {subject}\r\nIn-Reply-To: <{BounceSamples.MessageId}>\r\n{field}\r\n\r\nI am away until Monday.\r\n");

        report.Kind.ShouldBe(BounceKind.AutoReply);
        report.References.ShouldContain(BounceSamples.MessageId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a message at all")]
    [InlineData("From: jana@example.test\r\nSubject: Hello\r\n\r\nNothing has bounced here.\r\n")]
    [InlineData("From: jana@example.test\r\nSubject: Re: Delivery of your statement\r\nIn-Reply-To: <a@b.example>\r\n\r\nMy mailbox is full, the message was rejected: user unknown.\r\n")]
    public void Leaves_other_messages_alone(string message) =>
        Read(message).ShouldBe(BounceReport.Nothing);

    [Fact]
    public void Reads_a_message_of_an_mbox_with_old_line_ends()
    {
        var message = BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown").ReplaceLineEndings("\r");

        Read($"From MAILER-DAEMON Mon Nov 23 10:00:00 2026\r{message}").Recipients.ShouldHaveSingleItem().Address.ShouldBe("jana@example.test");
    }

    [Fact]
    public void Stays_bounded_on_deep_nesting_and_long_lines()
    {
        var deep = new StringBuilder("From: mailer-daemon@mx.example.test\r\nSubject: Undelivered Mail\r\n");
        for (var i = 0; i < 5000; i++)
            deep.Append("Content-Type: multipart/mixed; boundary=b").Append(i).Append("\r\n\r\n--b").Append(i).Append("\r\n");
        var addresses = new StringBuilder("From: mailer-daemon@mx.example.test\r\nSubject: Undelivered Mail\r\n\r\nuser unknown:\r\n");
        for (var i = 0; i < 100_000; i++)
            addresses.Append("<a").Append(i).Append("@example.test>:\r\n");
        var dots = "From: mailer-daemon@mx.example.test\r\nSubject: Undelivered Mail\r\n\r\n" + new string('a', 3 << 20) + "@" + new string('.', 1 << 20);

        Read(deep.ToString());
        Read(addresses.ToString()).Recipients.Count.ShouldBeLessThanOrEqualTo(20);
        Read(dots);
    }

    [Fact]
    public void Survives_every_truncation_and_random_bytes()
    {
        var message = Encoding.UTF8.GetBytes(BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown"));
        var random = new Random(20261123);
        for (var length = 0; length < message.Length; length += 7)
            BounceReader.Parse(message.AsMemory(0, length));
        for (var round = 0; round < 200; round++)
        {
            var broken = message.ToArray();
            for (var i = 0; i < 20; i++)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            BounceReader.Parse(broken);
        }

        BounceReader.Read(message).Kind.ShouldBe(BounceKind.Failure);
    }

    private static BounceReport Read(string message) => BounceReader.Read(Encoding.UTF8.GetBytes(message));
}

using System.Text;
using MeSign.Statements.Delivery.Bounces;

namespace MeSign.Statements.Tests.Delivery.Bounces;

/// <summary>Who was not reached, by what is written for people.</summary>
public sealed class NoticeReaderTests
{
    // The address of a list or a forwarding, which the To field has, is not the one that failed.
    [Theory]
    [InlineData("Your message\r\n\r\n  To:      list@bank.example\r\n  Subject: ...\r\n\r\ndid not reach the following recipient(s):\r\n\r\njana@example.test on Fri, 20 Nov 2026\r\n    The recipient name is not recognized\r\n\r\n")]
    [InlineData("Your message\r\n\r\n  To:      list@bank.example\r\n\r\ndid not reach the following recipient(s):\r\n\r\nc=US;a= ;p=BANK;dda:SMTP=jana@example.test; on Fri, 20 Nov 2026\r\n    The recipient name is not recognized\r\n\r\n")]
    [InlineData("Intended recipient: jana@example.test\r\n\r\nThe following mail has been returned because it encountered an error.\r\n\r\n")]
    [InlineData("<jana@example.test>: host mx.example.test[192.0.2.25] said: 550 5.1.1\r\n    <bounces+0123@bank.example>: sender is not known (in reply to RCPT TO command)\r\n\r\n")]
    [InlineData("undeliverable to jana@example.test\r\n\r\nOriginal message follows.\r\n\r\n")]
    [InlineData("One of your messages came back.\r\n\r\n")]
    public void Names_who_failed_and_not_the_list_that_the_message_was_to(string text)
    {
        var message = BounceSamples.Plain("MAILER-DAEMON@mx.example.test", "Undeliverable mail", text)
            .Replace("To: Jana <jana@example.test>", "To: list@bank.example", StringComparison.Ordinal)
            .Replace("by relay;", "by relay for <jana@example.test>;", StringComparison.Ordinal);

        Read(message).Recipients.ShouldHaveSingleItem().Address.ShouldBe("jana@example.test");
    }

    [Fact]
    public void Does_not_take_a_version_number_for_a_status()
    {
        var report = Read(BounceSamples.Plain("System Administrator <postmaster@mx.example.test>", "Undeliverable: Release 2.0.12", "Your message did not reach the following recipient(s):\r\n\r\njana@example.test\r\n    Unknown recipient\r\n\r\n"));

        report.Recipients.ShouldHaveSingleItem().Status.ShouldBe("5.1.1");
    }

    private static BounceReport Read(string message) => BounceReader.Read(Encoding.UTF8.GetBytes(message));
}

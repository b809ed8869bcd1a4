namespace MeSign.Statements.Tests.Sandbox;

/// <summary>What the sink refuses by itself.</summary>
public sealed class SmtpSinkRefusalTests : SmtpSinkBench
{
    [Theory]
    [InlineData("a\nb\r\n", "550 5.6.0 bare")]
    [InlineData("a\rb\r\n", "550 5.6.0 bare")]
    public async Task Refuses_bare_line_ends(string content, string refusal)
    {
        await using var sink = Start();

        var replies = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", content + ".\r\nQUIT\r\n");

        replies[^2].ShouldStartWith(refusal);
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_dot_after_a_bare_line_feed_ends_nothing()
    {
        await using var sink = Start();

        var replies = await TalkAsync(
            sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", "a\n.\r\nMAIL FROM:<smuggled@example.test>\r\n.\r\nQUIT\r\n");

        replies[^2].ShouldStartWith("550 5.6.0");
        sink.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Refuses_a_message_over_its_size_and_goes_on()
    {
        await using var sink = Start(options => options with { MaxMessageBytes = 1_000 });
        var large = string.Concat(Enumerable.Repeat("0123456789\r\n", 20_000));

        var announced = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<> SIZE=1001\r\nQUIT\r\n");
        var sent = await TalkAsync(
            sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nDATA\r\n", large + ".\r\nNOOP\r\nQUIT\r\n");

        announced[^2].ShouldStartWith("552 5.3.4");
        sent[^3].ShouldStartWith("552 5.3.4");
        sent[^2].ShouldStartWith("250 ");
    }

    [Fact]
    public async Task Refuses_a_line_without_end()
    {
        await using var sink = Start();

        var replies = await TalkAsync(sink, new string('x', 40_000));

        replies[^1].ShouldStartWith("500 5.5.6");
    }

    [Fact]
    public async Task Refuses_recipients_over_its_limit()
    {
        await using var sink = Start(options => options with { MaxRecipients = 1 });

        var replies = await TalkAsync(sink, "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nQUIT\r\n");

        replies[^2].ShouldStartWith("452 4.5.3");
    }

    [Fact]
    public async Task Refuses_commands_out_of_order()
    {
        await using var sink = Start();

        var replies = await TalkAsync(sink, "MAIL FROM:<>\r\nEHLO x\r\nRCPT TO:<a@example.test>\r\nDATA\r\nWHAT\r\nMAIL TO:<>\r\nQUIT\r\n");

        replies.Where(reply => reply[3] == ' ').Select(reply => reply[..3]).ShouldBe(["220", "503", "250", "503", "503", "500", "501", "221"]);
    }

    [Fact]
    public async Task Refuses_connections_over_its_limit()
    {
        await using var sink = Start(options => options with { MaxConnections = 1 });
        using var first = await ConnectAsync(sink);

        var replies = await TalkAsync(sink);

        replies.ShouldBe(["421 4.7.0 too many connections"]);
    }
}
